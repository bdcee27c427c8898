# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (drops) ─ UP ── outside

needs iptables-nft
world
run ipt -A FORWARD -s "$OTHER" -j DROP
run ipt -A FORWARD -i docker0 -j DROP
run ipt -A FORWARD -p tcp --dport 25 -j REJECT
run ipt -A FORWARD -i "$UP" -m conntrack --ctstate NEW -j DROP
run ipt -A FORWARD -i "$UP" -s "$FREE" -j DROP
run ipt -t mangle -A POSTROUTING -d "$OTHER" -j DROP
run ipt -t raw -A PREROUTING -s "$FREE" -j DROP
ask "$NS1" "$OUT"
