# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (BRADDR is at 02:de:ad:be:ef:01) ── PORT1 ─ BR ─ host ─ UP ── outside
#   NS2, where the bridge floods the answer to ── PORT2 ─┘

world
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
fault() { at "$NS1" ip neigh replace "$BRADDR" lladdr 02:de:ad:be:ef:01 nud permanent dev "$NS1IF"; }
repair() { at "$NS1" ip neigh del "$BRADDR" dev "$NS1IF"; }
ask outside "$NS1:5000"
