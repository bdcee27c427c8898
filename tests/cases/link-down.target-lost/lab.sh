# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ✗─ PORT2 ┘

world
fault() { at "$NS2" ip link set dev "$NS2IF" down; }
repair()
{
	at "$NS2" ip link set dev "$NS2IF" up
	at "$NS2" ip addr add "$NS2ADDR/$PFX" dev "$NS2IF"
	at "$NS2" ip route replace default via "$BRADDR"
	wait_for port_forwards host "$PORT2"
}
ask "$NS1" "$NS2"
