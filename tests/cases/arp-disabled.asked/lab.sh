# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ ✗BR (the target)

world
fault()
{
	run ip link set dev "$BR" arp off
	at "$NS1" ip neigh flush dev "$NS1IF"
}
repair() { run ip link set dev "$BR" arp on; }
ask "$NS1" "$BRADDR"
