# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-nft iptables-legacy
world
fault()
{
	run iptl -A FORWARD -i "$BR" -o "$UP" -j DROP
	run ipt -A FORWARD -i "$BR" -o "$UP" -j DROP
}
repair()
{
	run iptl -F FORWARD
	run ipt -F FORWARD
}
ask "$NS1" "$OUT"
