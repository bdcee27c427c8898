# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗ host

needs iptables-legacy
world
fault()
{
	run iptl -A INPUT -i lo -j ACCEPT
	run iptl -A INPUT -i "$BR" -d "$BRADDR" -p icmp -m icmp --icmp-type 8 -j REJECT --reject-with icmp-host-prohibited
}
repair() { run iptl -F INPUT; }
ask --proto=icmp "$NS1" "$BRADDR"
