# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-legacy
world
fault()
{
	run iptl -P FORWARD DROP
	run iptl -N inner
	run iptl -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	run iptl -A FORWARD -i "$BR" -g inner
	run iptl -A FORWARD -i "$BR" -j ACCEPT
	run iptl -A inner -s "$OTHER" -j ACCEPT
	run iptl -A inner -p udp -j ACCEPT
}
repair() { run iptl -A inner -j RETURN; run iptl -R FORWARD 2 -i "$BR" -j inner; }
ask "$NS1" "$OUT"
