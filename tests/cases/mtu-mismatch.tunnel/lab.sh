# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (1500) ── PORT1 ─ BR ─ vx0 (1450) ═ UP ── outside ═ vx0 (the target)

world
run ip link add vx0 type vxlan id 42 dstport 4789 remote "$GW" dev "$UP" 2>/dev/null || skip 'the kernel has no vxlan'
run ip link set dev vx0 master "$BR"
run ip link set dev vx0 up
at outside ip link add vx0 type vxlan id 42 dstport 4789 remote "$UPADDR" dev up0
at outside ip addr add "$NOBODY/$PFX" dev vx0
at outside ip link set dev vx0 up
at "$NS1" ip link set dev "$NS1IF" mtu 1450
wait_for port_forwards host vx0
works()
{
	local mtu
	mtu=$(within "$NS1" cat "/sys/class/net/$NS1IF/mtu")
	within "$NS1" ping -n -q -c1 -W1 -M do -s $((mtu - 28)) "$NOBODY" >/dev/null 2>&1
}
fault() { at "$NS1" ip link set dev "$NS1IF" mtu 1500; }
repair() { at "$NS1" ip link set dev "$NS1IF" mtu 1450; }
ask "$NS1" "$NOBODY"
