# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (policy drop, known flows pass) ─ UP ── outside

needs iptables-nft
world
run ipt -P FORWARD DROP
run ipt -A FORWARD -i "$BR" -o "$UP" -m conntrack --ctstate NEW -j ACCEPT
run ipt -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
ask "$NS1" "$OUT"
