# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#   NS2 ✗✗ PORT2 ┘

world
at "$NS2" ip addr flush dev "$NS2IF"
at "$NS2" ip link set dev "$NS2IF" down
at "$NS2" ip link set dev lo down
run ip link set dev "$PORT2" nomaster
run ip link set dev "$PORT2" down
ask "$NS1" "$OUT"
