# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 NS1ADDR ── PORT1 ┐
#                       BR ─ host ─ UP ── outside
#   NS2 NS1ADDR ── PORT2 ┘

world
mac_of() { within "$1" ip -o link show dev "$2" | sed 's/.*link.ether \([^ ]*\).*/\1/'; }
# NS1 has no reason to ask, which would teach the host anew
at "$NS1" ip neigh replace "$BRADDR" lladdr "$(mac_of host "$BR")" nud permanent dev "$NS1IF"
fault()
{
	at "$NS2" ip addr add "$NS1ADDR/$PFX" dev "$NS2IF"
	run ip neigh replace "$NS1ADDR" lladdr "$(mac_of "$NS2" "$NS2IF")" nud reachable dev "$BR"
}
repair()
{
	at "$NS2" ip addr del "$NS1ADDR/$PFX" dev "$NS2IF"
	run ip neigh del "$NS1ADDR" dev "$BR"
}
ask "$NS1" "$OUT"
