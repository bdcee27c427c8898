# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 UPNOBODY ── macvlan on UP ─ host

beside_parent
repair()
{
	shim
	at "$NS1" ip neigh replace "$UPADDR" lladdr "$(cat /sys/class/net/shim/address)" dev "$NS1IF"
}
ask "$NS1" "$UPADDR"
