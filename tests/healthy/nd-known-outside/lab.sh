# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP (✗ ND; both ends know the other's MAC for good) ── outside

world
at outside ip neigh replace "$UPADDR" lladdr "$(mac_of host "$UP")" nud permanent dev up0
run ip neigh replace "$GW" lladdr "$(mac_of outside up0)" nud permanent dev "$UP"
run ipt -A INPUT -i "$BR" -j ACCEPT
run ipt -P INPUT DROP
ask --proto icmp "$NS1" "$OUT"
