# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1, NS2 ── BR ─ host ─ UP ── outside

needs iptables-legacy
world
listen "$NS1" "$NS1ADDR:5000"
run iptl -t nat -A PREROUTING -i "$UP" -p tcp --dport 8080 -j DNAT --to-destination "$(in_brackets "$NS2ADDR"):8080"
NO_BEFORE=1
fault() { :; }
repair() { run iptl -t nat -A PREROUTING -i "$UP" -p tcp --dport 5000 -j DNAT --to-destination "$(in_brackets "$NS1ADDR"):5000"; }
ask outside "$NS1:5000"
