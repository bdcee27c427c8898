# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:80"
run ipt -t nat -N DOCKER
run ipt -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
run ipt -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
run ipt -t nat -A POSTROUTING -s "$NS1ADDR" -d "$NS1ADDR" -p tcp -m tcp --dport 80 -j MASQUERADE
run ipt -t nat -A DOCKER -i "$BR" -j RETURN
run ipt -t nat -A DOCKER ! -i "$BR" -p tcp -m tcp --dport 5000 -j DNAT --to-destination "$(in_brackets "$NS1ADDR"):80"
run ipt -N DOCKER
run ipt -N DOCKER-USER
run ipt -P FORWARD DROP
run ipt -A FORWARD -j DOCKER-USER
run ipt -A FORWARD -o "$BR" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
run ipt -A FORWARD -o "$BR" -j DOCKER
run ipt -A FORWARD -i "$BR" ! -o "$BR" -j ACCEPT
run ipt -A FORWARD -i "$BR" -o "$BR" -j ACCEPT
run ipt -A DOCKER -d "$NS1ADDR" ! -i "$BR" -o "$BR" -p tcp -m tcp --dport 80 -j ACCEPT
ask outside "$NS1:5000"
