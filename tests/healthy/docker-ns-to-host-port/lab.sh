# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host :9000 (DNAT of 8080)

needs iptables-nft
world
listen host "$ANY:9000"
run ipt -t nat -N DOCKER
run ipt -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
run ipt -t nat -A DOCKER -p tcp --dport 8080 -j DNAT --to-destination "$(in_brackets "$NS2ADDR"):80"
ask "$NS1" "$UPADDR:9000"
