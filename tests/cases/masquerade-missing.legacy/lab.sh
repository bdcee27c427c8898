# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside ✗

needs iptables-legacy
world
nat_off
run iptl -t nat -A POSTROUTING -s "$SUBNET" -o "$UP" -j MASQUERADE
fault() { run iptl -t nat -R POSTROUTING 1 -s "$OTHER" -o "$UP" -j MASQUERADE; }
repair() { run iptl -t nat -A POSTROUTING -s "$SUBNET" -o "$UP" -j MASQUERADE; }
ask "$NS1" "$OUT"
