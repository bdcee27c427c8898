# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 NS1ADDR ─────── PORT1 ─ BR ────── host ─ UP ── outside
#       10.66.0.2 ── leg1p ─ two0 ✗ (strict) ┘

world
make_bridge two0 10.66.0.1/24
attach "$NS1" leg1 10.66.0.2/24 leg1p two0
at "$NS1" ip route replace default via 10.66.0.1 dev leg1 src "$NS1ADDR"
# else already the question for the gateway's address, with the sender NS1ADDR, would be refused
sysctl4 "$NS1" all arp_announce 2
wait_for port_forwards host leg1p
fault() { sysctl4 host two0 rp_filter 1; }
repair() { sysctl4 host two0 rp_filter 0; }
ask "$NS1" "$OUT"
