# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (a proxy for 443) ─ UP ── outside

needs iptables-nft
world
listen host "$ANY:8443"
run ipt -t nat -A PREROUTING -i "$BR" -p tcp --dport 443 -j REDIRECT --to-ports 8443
ask "$NS1" "$OUT"
