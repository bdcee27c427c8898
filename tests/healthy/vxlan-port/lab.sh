# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ vx0 ═ UP ── outside ═ vx0 (the target)

world
run ip link add vx0 type vxlan id 42 dstport 4789 remote "$GW" dev "$UP" 2>/dev/null || skip 'the kernel has no vxlan'
run ip link set dev vx0 master "$BR"
run ip link set dev vx0 up
at outside ip link add vx0 type vxlan id 42 dstport 4789 remote "$UPADDR" dev up0
at outside ip addr add "$NOBODY/$PFX" dev vx0
at outside ip link set dev vx0 up
run ip link set dev "$PORT1" mtu 1450
at "$NS1" ip link set dev "$NS1IF" mtu 1450
wait_for port_forwards host vx0
ask "$NS1" "$NOBODY"
