# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (1500) ── PORT1 ─ BR ─ host ─ UP (1400) ── outside

world
run ip link set dev "$UP" mtu 1400
at outside ip link set dev up0 mtu 1400
ask "$NS1" "$OUT"
