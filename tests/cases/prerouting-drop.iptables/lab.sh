# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗ host ─ UP ── outside

needs iptables-nft
world
fault() { run ipt -t raw -A PREROUTING -s "$SUBNET" -d "$OUTNET" -j DROP; }
repair() { run ipt -t raw -F PREROUTING; }
ask "$NS1" "$OUT"
