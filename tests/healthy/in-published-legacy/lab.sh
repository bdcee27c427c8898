# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

needs iptables-legacy
world
listen "$NS1" "$NS1ADDR:5000"
run iptl -t nat -A PREROUTING -i "$UP" -p tcp --dport 8080 -j DNAT --to-destination "$(in_brackets "$NS1ADDR"):5000"
works() { tcp_works outside "$UPADDR" 8080; }
ask outside "$NS1:5000"
