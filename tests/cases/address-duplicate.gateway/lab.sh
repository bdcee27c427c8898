# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ─────────── PORT1 ┐
#                        BR BRADDR ─ host ─ UP ── outside
#   NS2 BRADDR ──── PORT2 ┘

world
mac_of() { within "$1" ip -o link show dev "$2" | sed 's/.*link.ether \([^ ]*\).*/\1/'; }
# the host has no reason to ask, which would teach NS1 anew
run ip neigh replace "$NS1ADDR" lladdr "$(mac_of "$NS1" "$NS1IF")" nud permanent dev "$BR"
fault()
{
	at "$NS2" ip addr add "$BRADDR/$PFX" dev "$NS2IF"
	at "$NS1" ip neigh replace "$BRADDR" lladdr "$(mac_of "$NS2" "$NS2IF")" nud reachable dev "$NS1IF"
}
repair()
{
	at "$NS2" ip addr del "$BRADDR/$PFX" dev "$NS2IF"
	at "$NS1" ip neigh del "$BRADDR" dev "$NS1IF"
}
ask "$NS1" "$OUT"
