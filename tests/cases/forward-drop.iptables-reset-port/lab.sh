# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗(443)─ UP ── outside

needs iptables-nft
world
fault() { run ipt -A FORWARD -i "$BR" -p tcp --dport 443 -j REJECT --reject-with tcp-reset; }
repair() { run ipt -F FORWARD; }
ask "$NS1" "$OUT:443"
