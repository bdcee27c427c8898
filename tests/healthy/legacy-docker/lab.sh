# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (Docker's rules) ─ UP ── outside
#                  docker0 (no carrier) ┘

needs iptables-legacy
world
nat_off
make_bridge docker0 172.17.0.1/16
for c in DOCKER DOCKER-USER DOCKER-ISOLATION-STAGE-1 DOCKER-ISOLATION-STAGE-2; do
	run iptl -N $c
done
run iptl -t nat -N DOCKER
run iptl -P FORWARD DROP
run iptl -A FORWARD -j DOCKER-USER
run iptl -A FORWARD -j DOCKER-ISOLATION-STAGE-1
for b in docker0 "$BR"; do
	run iptl -A FORWARD -o "$b" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	run iptl -A FORWARD -o "$b" -j DOCKER
	run iptl -A FORWARD -i "$b" ! -o "$b" -j ACCEPT
	run iptl -A FORWARD -i "$b" -o "$b" -j ACCEPT
	run iptl -A DOCKER-ISOLATION-STAGE-1 -i "$b" ! -o "$b" -j DOCKER-ISOLATION-STAGE-2
	run iptl -A DOCKER-ISOLATION-STAGE-2 -o "$b" -j DROP
done
run iptl -A DOCKER-ISOLATION-STAGE-1 -j RETURN
run iptl -A DOCKER-ISOLATION-STAGE-2 -j RETURN
run iptl -A DOCKER-USER -j RETURN
run iptl -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
run iptl -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
run iptl -t nat -A DOCKER -i docker0 -j RETURN
run iptl -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.9:80
run iptl -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
run iptl -t nat -A POSTROUTING -s "$SUBNET" ! -o "$BR" -j MASQUERADE
ask "$NS1" "$OUT"
