# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (rule: from NS1ADDR lookup 100: blackhole) ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
at "$NS1" ip route add blackhole default table 100
fault() { at "$NS1" ip rule add pref 100 from "$NS1ADDR" lookup 100; }
repair() { at "$NS1" ip rule del pref 100; }
ask "$NS1" "$OUT"
