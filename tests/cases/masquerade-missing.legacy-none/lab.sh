# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──(src NS1ADDR)── outside, which knows no way back

needs iptables-legacy
world
run nft flush ruleset
run iptl -t nat -A POSTROUTING -s "$SUBNET" -o "$UP" -j MASQUERADE
fault() { run iptl -t nat -F POSTROUTING; }
repair() { run iptl -t nat -A POSTROUTING -s "$SUBNET" -o "$UP" -j MASQUERADE; }
ask "$NS1" "$OUT"
