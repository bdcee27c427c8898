# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ✗ (strict) host ─ UP ── outside    blackhole NS1ADDR

world
sysctl4 host "$BR" rp_filter 1
# the question for it would be refused just so
at "$NS1" ip neigh replace "$BRADDR" lladdr "$(mac_of host "$BR")" nud permanent dev "$NS1IF"
fault() { run ip route add blackhole "$NS1ADDR"; }
repair() { run ip route del blackhole "$NS1ADDR"; }
ask "$NS1" "$OUT"
