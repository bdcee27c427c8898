# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (NS1ADDR is at 02:de:ad:be:ef:02) ─ UP ── outside

world
fault() { run ip neigh replace "$NS1ADDR" lladdr 02:de:ad:be:ef:02 nud permanent dev "$BR"; }
repair() { run ip neigh del "$NS1ADDR" dev "$BR"; }
ask "$NS1" "$OUT"
