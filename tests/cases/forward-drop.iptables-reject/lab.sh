# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-nft
world
fault()
{
	run ipt -A FORWARD -j REJECT --reject-with icmp-host-prohibited
	run ipt -A FORWARD -i "$BR" -o "$UP" -j ACCEPT
	run ipt -A FORWARD -i "$UP" -o "$BR" -j ACCEPT
}
repair() { run ipt -D FORWARD 1; }
ask "$NS1" "$OUT"
