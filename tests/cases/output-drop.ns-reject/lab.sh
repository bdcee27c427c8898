# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗── PORT1 ─ BR ─ host ─ UP ── outside

needs iptables-nft
world
fault() { ipt_in "$NS1" -A OUTPUT -d "$OUT" -j REJECT --reject-with icmp-net-prohibited; }
repair() { ipt_in "$NS1" -F OUTPUT; }
ask "$NS1" "$OUT"
