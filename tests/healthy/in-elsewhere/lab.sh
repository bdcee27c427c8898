# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   outside ── UP ─ host ─ vx9 ═ another machine (10.66.0.5)

world
run ip link add vx9 type vxlan id 66 dstport 4789 remote "$GW" dev "$UP" 2>/dev/null || skip 'the kernel has no vxlan'
run ip addr add 10.66.0.1/24 dev vx9
run ip link set dev vx9 up
publish 5000 10.66.0.5:5000
ask outside "$UPADDR:5000"
