# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ─✗ outside

world
run ip neigh replace "$GW" lladdr "$(mac_of outside up0)" nud permanent dev "$UP"
fault()
{
	run ipt -A INPUT -i "$BR" -j ACCEPT
	run ipt -A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type neighbor-advertisement -j ACCEPT
	run ipt -P INPUT DROP
	forget
}
repair() { run ipt -P INPUT ACCEPT; }
forget() { at outside ip neigh flush all; }
ask --proto icmp "$NS1" "$OUT"
