# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-nft
world
run ipt -N DOCKER-USER
run ipt -A FORWARD -j DOCKER-USER
fault() { run ipt -A DOCKER-USER -i "$BR" -j DROP; }
repair() { run ipt -D DOCKER-USER -i "$BR" -j DROP; }
ask "$NS1" "$OUT"
