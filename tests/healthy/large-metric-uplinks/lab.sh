# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP (metric 100) ── outside
#                         └ lte0 (metric 600, no carrier)

world
run ip link add name lte0 type veth peer name lte1
run ip addr add 192.0.2.9/24 dev lte0
run ip link set dev lte0 up
run ip route replace default via "$GW" metric 100
run ip route del default via "$GW" metric 0
run ip route add default via 192.0.2.1 dev lte0 metric 600
ask "$NS1" "$OUT"
