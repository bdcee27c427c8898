# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

needs iptables-legacy
world
run nft flush ruleset
run iptl -t nat -A POSTROUTING -s "$SUBNET" ! -o "$BR" -j MASQUERADE
run iptl -P FORWARD DROP
run iptl -A FORWARD -i "$BR" -j ACCEPT
run iptl -A FORWARD -o "$BR" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
ask "$NS1" "$OUT:443"
