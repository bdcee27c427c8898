# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host :5000 (DNAT to NS1, but not from BR; a proxy) ─ UP

needs iptables-nft
world
listen "$NS1" "$NS1ADDR:5000"
listen host "$ANY:5000"
run ipt -t nat -N DOCKER
run ipt -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
run ipt -t nat -A DOCKER ! -i "$BR" -p tcp --dport 5000 -j DNAT --to-destination "$(in_brackets "$NS1ADDR"):5000"
ask "$NS1" "$UPADDR:5000"
