# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (redirects all TCP to a port of its own) ── PORT1 ─ BR ─ host ─ UP ── outside

needs iptables-nft
world
works() { tcp_works "$NS1" "$OUT" 443; }
fault() { ipt_in "$NS1" -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 15001; }
repair() { ipt_in "$NS1" -t nat -F OUTPUT; }
ask "$NS1" "$OUT"
