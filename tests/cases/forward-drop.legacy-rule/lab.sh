# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-legacy
world
fault()
{
	run iptl -N block
	run iptl -A block -s "$OTHER" -j DROP
	run iptl -A block -d "$OUT" -j DROP
	run iptl -A FORWARD -i "$BR" -j block
}
repair() { run iptl -D FORWARD -i "$BR" -j block; }
ask "$NS1" "$OUT"
