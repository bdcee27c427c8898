# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-nft
world
run ipt -A FORWARD -s "$OTHER" -j DROP
fault() { run ipt -A FORWARD -s "$SUBNET" -o "$UP" -j DROP; }
repair() { run ipt -D FORWARD -s "$SUBNET" -o "$UP" -j DROP; }
ask "$NS1" "$OUT"
