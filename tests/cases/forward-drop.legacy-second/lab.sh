# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-nft iptables-legacy
world
run ipt -A FORWARD -i "$BR" -j ACCEPT
fault()
{
	run iptl -A FORWARD -s "$OTHER" -j ACCEPT
	run iptl -A FORWARD -i "$BR" ! -o "$BR" -j DROP
}
repair() { run iptl -D FORWARD 2; }
ask "$NS1" "$OUT"
