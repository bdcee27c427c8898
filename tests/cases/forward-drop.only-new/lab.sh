# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside     from a flow's second packet on

needs iptables-nft
world
fault()
{
	run ipt -P FORWARD DROP
	run ipt -A FORWARD -i "$BR" -o "$UP" -m conntrack --ctstate NEW -j ACCEPT
	run ipt -A FORWARD -i "$UP" -o "$BR" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
}
repair() { run ipt -A FORWARD -i "$BR" -o "$UP" -m conntrack --ctstate ESTABLISHED -j ACCEPT; }
works() { within "$NS1" ping -n -q -c2 -i0.2 -W"${LAB_PATIENCE:-1}" "$OUT" | grep -q '2 received'; }
ask "$NS1" "$OUT"
