# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#         ✗     BR ─ host
#   NS2 ── PORT2 ┘  (the MAC address of NS1)

world
fault()
{
	mac=$(mac_of "$NS2" "$NS2IF")
	at "$NS2" ip link set dev "$NS2IF" address "$(mac_of "$NS1" "$NS1IF")"
}
repair() { at "$NS2" ip link set dev "$NS2IF" address "$mac" && forget_neighbours; }
ask "$NS1" "$NS2"
