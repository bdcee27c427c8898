# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘  (bcast_flood and mcast_flood off; both know the other's MAC for good)

world
at "$NS1" ip neigh replace "$NS2ADDR" lladdr "$(mac_of "$NS2" "$NS2IF")" nud permanent dev "$NS1IF"
at "$NS2" ip neigh replace "$NS1ADDR" lladdr "$(mac_of "$NS1" "$NS1IF")" nud permanent dev "$NS2IF"
run bridge link set dev "$PORT2" bcast_flood off mcast_flood off
ask "$NS1" "$NS2"
