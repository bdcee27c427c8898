# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (1400) ── PORT1 (1400) ─ BR ─ host ─ UP (1500) ── outside

world
at "$NS1" ip link set dev "$NS1IF" mtu 1400
run ip link set dev "$PORT1" mtu 1400
ask "$NS1" "$OUT"
