# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 (XDP) ─ BR ─ host ─ UP ── outside

world
fault() { xdp "$PORT1" drop; }
repair() { run ip link set dev "$PORT1" xdpgeneric off; }
ask "$NS1" "$OUT"
