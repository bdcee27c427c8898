# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (policy drop) ─ UP ── outside

needs iptables-nft
world
run ipt -A FORWARD -i "$BR" ! -o "$BR" -j ACCEPT
run ipt -A FORWARD -o "$BR" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
run ipt -P FORWARD DROP
ask "$NS1" "$OUT"
