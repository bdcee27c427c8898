# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─✗ UP ── outside

needs iptables-nft
world
fault() { run ipt -t mangle -A POSTROUTING -o "$UP" -d "$OUT" -j DROP; }
repair() { run ipt -t mangle -F POSTROUTING; }
ask "$NS1" "$OUT"
