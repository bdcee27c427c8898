# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-legacy
world
fault() { run iptl -t mangle -A POSTROUTING -o "$UP" -s "$SUBNET" -j DROP; }
repair() { run iptl -t mangle -F POSTROUTING; }
ask "$NS1" "$OUT"
