# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗(tcp)─ UP ── outside

needs iptables-nft
world
fault() { run ipt -A FORWARD -i "$BR" -p tcp -j REJECT --reject-with tcp-reset; }
repair() { run ipt -F FORWARD; }
works() { tcp_works "$NS1" "$OUT" 443; }
ask "$NS1" "$OUT"
