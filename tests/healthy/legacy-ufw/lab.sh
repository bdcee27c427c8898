# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (ufw) ─ UP ── outside

needs iptables-legacy
world
for c in before-logging before after after-logging reject track; do
	run iptl -N ufw-$c-forward
	run iptl -A FORWARD -j ufw-$c-forward
	run iptl -N ufw-$c-input
	run iptl -A INPUT -j ufw-$c-input
done
run iptl -N ufw-user-forward
run iptl -N ufw-not-local
run iptl -A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
run iptl -A ufw-before-forward -p icmp --icmp-type destination-unreachable -j ACCEPT
run iptl -A ufw-before-forward -j ufw-user-forward
run iptl -A ufw-before-input -i lo -j ACCEPT
run iptl -A ufw-before-input -m conntrack --ctstate INVALID -j DROP
run iptl -A ufw-before-input -j ufw-not-local
run iptl -A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
run iptl -A ufw-not-local -j DROP
run iptl -A ufw-user-forward -i "$BR" -o "$UP" -j ACCEPT
run iptl -P FORWARD DROP
run iptl -P INPUT DROP
ask "$NS1" "$OUT"
