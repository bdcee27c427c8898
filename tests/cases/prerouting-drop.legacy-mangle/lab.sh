# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗ host ─ UP ── outside

needs iptables-legacy
world
fault()
{
	run iptl -t mangle -A PREROUTING -d "$BRADDR" -j ACCEPT
	run iptl -t mangle -A PREROUTING -i "$BR" -m addrtype ! --dst-type LOCAL -j DROP
}
repair() { run iptl -t mangle -F PREROUTING; }
ask "$NS1" "$OUT"
