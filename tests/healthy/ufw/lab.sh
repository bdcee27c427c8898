# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (ufw) ─ UP ── outside

needs iptables-nft
world
for c in before-logging before after after-logging reject track; do
	run ipt -N ufw-$c-forward
	run ipt -A FORWARD -j ufw-$c-forward
	run ipt -N ufw-$c-input
	run ipt -A INPUT -j ufw-$c-input
done
run ipt -N ufw-user-forward
run ipt -N ufw-not-local
run ipt -A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
run ipt -A ufw-before-forward -p icmp --icmp-type destination-unreachable -j ACCEPT
run ipt -A ufw-before-forward -j ufw-user-forward
run ipt -A ufw-before-input -i lo -j ACCEPT
run ipt -A ufw-before-input -m conntrack --ctstate INVALID -j DROP
run ipt -A ufw-before-input -j ufw-not-local
run ipt -A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
run ipt -A ufw-not-local -j DROP
run ipt -A ufw-user-forward -i "$BR" -o "$UP" -j ACCEPT
run ipt -P FORWARD DROP
run ipt -P INPUT DROP
ask "$NS1" "$OUT"
