# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

needs iptables-legacy
world
run iptl -t raw -A PREROUTING -s "$OTHER" -j DROP
run iptl -t mangle -A PREROUTING -i "$BR" -j MARK --set-xmark 0x10/0xff
run iptl -t mangle -A FORWARD -m mark --mark 0x20/0xff -j DROP
run iptl -t nat -A POSTROUTING -s "$OTHER" -j SNAT --to-source "$FREE"
run iptl -A INPUT -i "$UP" -j DROP
run iptl -A FORWARD ! -i "$BR" -o "$UP" -j DROP
run iptl -A FORWARD -s "$NS1ADDR" -p udp -j REJECT
run iptl -A FORWARD -d "$OUT" -p tcp -m multiport --dports 25,80,8080 -j REJECT --reject-with tcp-reset
run iptl -A FORWARD -m conntrack --ctstate INVALID -j DROP
run iptl -A FORWARD -m addrtype --dst-type BROADCAST -j DROP
at "$NS1" iptables-legacy -w -P INPUT DROP
at "$NS1" iptables-legacy -w -A INPUT -m state --state ESTABLISHED -j ACCEPT
at "$NS2" iptables-legacy -w -P FORWARD DROP
ask "$NS1" "$OUT"
