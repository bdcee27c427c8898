# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-nft
world
fault()
{
	local c
	for c in ufw-before-forward ufw-user-forward ufw-after-forward ufw-reject-forward; do
		run ipt -N $c
		run ipt -A FORWARD -j $c
	done
	run ipt -I ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	run ipt -A ufw-reject-forward -j REJECT
	run ipt -P FORWARD DROP
}
repair() { run ipt -A ufw-user-forward -i "$BR" -j ACCEPT; }
ask "$NS1" "$OUT"
