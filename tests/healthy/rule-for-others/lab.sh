# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (rules) ─ UP ── outside

world
run ip route add blackhole default table 100
run ip rule add pref 100 from "$OTHER" lookup 100
run ip rule add pref 101 fwmark 0x99 lookup 100
run ip rule add pref 102 iif docker0 lookup 100
run ip rule add pref 103 to "$FREE" prohibit
run ip rule add pref 104 lookup 77
at "$NS1" ip rule add pref 100 from "$NS2ADDR" unreachable
ask "$NS1" "$OUT"
