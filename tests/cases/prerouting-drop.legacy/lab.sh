# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗ host ─ UP ── outside

needs iptables-legacy
world
iptl -t raw -L -n >/dev/null 2>&1 || skip 'the kernel has no raw table for the old iptables'
fault() { run iptl -t raw -A PREROUTING -s "$NS1ADDR" -d "$OUT" -j DROP; }
repair() { run iptl -t raw -F PREROUTING; }
ask "$NS1" "$OUT"
