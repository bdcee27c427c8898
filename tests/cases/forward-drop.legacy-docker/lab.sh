# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-legacy
world
run iptl -N DOCKER-USER
run iptl -N DOCKER
run iptl -P FORWARD DROP
run iptl -A FORWARD -j DOCKER-USER
run iptl -A FORWARD -o "$BR" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
run iptl -A FORWARD -o "$BR" -j DOCKER
run iptl -A FORWARD -i "$BR" ! -o "$BR" -j ACCEPT
run iptl -A DOCKER-USER -j RETURN
fault() { run iptl -D FORWARD -i "$BR" ! -o "$BR" -j ACCEPT; }
repair() { run iptl -A FORWARD -i "$BR" ! -o "$BR" -j ACCEPT; }
ask "$NS1" "$OUT"
