# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

needs iptables-nft
world
run ipt -P FORWARD DROP
run ipt -A FORWARD -i "$BR" -j ACCEPT
run ipt -A FORWARD -o "$BR" -m conntrack --ctstate ESTABLISHED -j ACCEPT
ask --no-trace "$NS1" "$OUT"
