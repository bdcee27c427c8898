# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─┐
#       ── p2 ─ br2 ─ host ─ UP ── outside

world
make_bridge br2 10.77.0.1/24
attach "$NS1" second0 10.77.0.2/24 p2 br2
at "$NS1" ip route add "$OUTNET" via 10.77.0.1
translated 10.77.0.0/24
wait_for link_is_up "$NS1" second0
wait_for port_forwards host p2
ask "$NS1" "$OUT"
