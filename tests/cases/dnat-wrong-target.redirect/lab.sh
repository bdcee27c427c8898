# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (redirects 443 to itself) ─ UP ── outside

needs iptables-nft
world
listen host "$ANY:8443"
works() { reaches_outside "$NS1" 443; }
fault() { run ipt -t nat -A PREROUTING -p tcp --dport 443 -j REDIRECT --to-ports 8443; }
repair() { run ipt -t nat -F PREROUTING; }
ask "$NS1" "$OUT:443"
