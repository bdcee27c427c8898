# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (BRADDR is at 02:de:ad:be:ef:01) ── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { at "$NS1" ip neigh replace "$BRADDR" lladdr 02:de:ad:be:ef:01 nud permanent dev "$NS1IF"; }
repair() { at "$NS1" ip neigh del "$BRADDR" dev "$NS1IF"; }
ask "$NS1" "$OUT"
