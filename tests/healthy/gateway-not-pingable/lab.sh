# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (INPUT drop) ─ UP ── outside

needs iptables-nft
world
run ipt -A INPUT -i "$BR" -j DROP
ask "$NS1" "$OUT"
