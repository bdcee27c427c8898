# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ✗─ host ─ UP ── outside

world
# whom the router outside has to ask is another case
at outside ip neigh replace "$UPADDR" lladdr "$(mac_of host "$UP")" nud permanent dev up0
fault()
{
	run ipt -A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type echo-request -j ACCEPT
	run ipt -A INPUT -p tcp -j ACCEPT
	run ipt -P INPUT DROP
	at "$NS1" ip neigh flush dev "$NS1IF"
}
repair() { run ipt -P INPUT ACCEPT; }
ask "$NS1" "$OUT"
