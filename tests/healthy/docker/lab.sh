# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (Docker's rules) ─ UP ── outside
#                  docker0 (no carrier) ┘

needs iptables-nft
world
nat_off
make_bridge docker0 172.17.0.1/16
for c in DOCKER DOCKER-USER DOCKER-ISOLATION-STAGE-1 DOCKER-ISOLATION-STAGE-2; do
	run ipt -N $c
done
run ipt -t nat -N DOCKER
run ipt -P FORWARD DROP
run ipt -A FORWARD -j DOCKER-USER
run ipt -A FORWARD -j DOCKER-ISOLATION-STAGE-1
for b in docker0 "$BR"; do
	run ipt -A FORWARD -o "$b" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	run ipt -A FORWARD -o "$b" -j DOCKER
	run ipt -A FORWARD -i "$b" ! -o "$b" -j ACCEPT
	run ipt -A FORWARD -i "$b" -o "$b" -j ACCEPT
	run ipt -A DOCKER-ISOLATION-STAGE-1 -i "$b" ! -o "$b" -j DOCKER-ISOLATION-STAGE-2
	run ipt -A DOCKER-ISOLATION-STAGE-2 -o "$b" -j DROP
done
run ipt -A DOCKER-ISOLATION-STAGE-1 -j RETURN
run ipt -A DOCKER-ISOLATION-STAGE-2 -j RETURN
run ipt -A DOCKER-USER -j RETURN
run ipt -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
run ipt -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
run ipt -t nat -A DOCKER -i docker0 -j RETURN
run ipt -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.9:80
run ipt -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
run ipt -t nat -A POSTROUTING -s "$SUBNET" ! -o "$BR" -j MASQUERADE
ask "$NS1" "$OUT"
