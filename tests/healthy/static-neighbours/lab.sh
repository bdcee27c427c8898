# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside, each with the other's MAC for good

world
at "$NS1" ip neigh replace "$BRADDR" lladdr "$(mac_of host "$BR")" nud permanent dev "$NS1IF"
run ip neigh replace "$NS1ADDR" lladdr "$(mac_of "$NS1" "$NS1IF")" nud permanent dev "$BR"
run ip neigh replace "$GW" lladdr "$(mac_of outside up0)" nud permanent dev "$UP"
at outside ip neigh replace "$UPADDR" lladdr "$(mac_of host "$UP")" nud permanent dev up0
ask "$NS1" "$OUT"
