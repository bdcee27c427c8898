# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-legacy ipset
world
run ipset create friends hash:net
run ipset add friends "$NS1ADDR"
run ipset create answers hash:ip
run ipset add answers "$NS1ADDR"
fault()
{
	run iptl -P FORWARD DROP
	run iptl -A FORWARD -m set --match-set friends src -j ACCEPT
	run iptl -A FORWARD -m set --match-set answers dst -j ACCEPT
	run ipset del friends "$NS1ADDR"
}
repair() { run ipset add friends "$NS1ADDR"; }
ask "$NS1" "$OUT"
