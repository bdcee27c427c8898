# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (1500) ── PORT1 ─ BR ─ vx0 (1450) ═ UP ── outside ═ vx0 (the target)

world
tunnel_on_bridge
at "$NS1" ip link set dev "$NS1IF" mtu 1450
works()
{
	local mtu
	mtu=$(within "$NS1" cat "/sys/class/net/$NS1IF/mtu")
	within "$NS1" ping -n -q -c1 -W1 -M do -s $((mtu - 28)) "$NOBODY" >/dev/null 2>&1
}
fault() { at "$NS1" ip link set dev "$NS1IF" mtu 1500; }
repair() { at "$NS1" ip link set dev "$NS1IF" mtu 1450; }
ask "$NS1" "$NOBODY"
