# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (OUTNET via BRADDR) ── PORT1 ─ BR ─ host (OUTNET via GW) ─ UP ── outside

world
at "$NS1" ip route add "$OUTNET" via "$BRADDR"
at "$NS1" ip route del default
run ip route add "$OUTNET" via "$GW"
run ip route del default
ask "$NS1" "$OUT"
