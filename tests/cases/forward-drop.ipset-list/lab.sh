# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-nft ipset
world
run ipset create blocked hash:ip
run ipset create networks hash:net
run ipset create all-blocked list:set
run ipset add all-blocked blocked
run ipset add all-blocked networks
run ipt -A FORWARD -m set --match-set all-blocked src -j DROP
fault() { run ipset add networks "$SUBNET"; }
repair() { run ipset add networks "$NS1ADDR" nomatch; }
ask "$NS1" "$OUT"
