# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#                       ✗── answers

needs iptables-nft
world
fault()
{
	run ipt -A FORWARD -i "$BR" -o "$UP" -j ACCEPT
	run ipt -P FORWARD DROP
}
repair() { run ipt -A FORWARD -i "$UP" -o "$BR" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; }
ask "$NS1" "$OUT"
