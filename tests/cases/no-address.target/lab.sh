# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ✗─ PORT2 ┘ (no address)

world
fault() { at "$NS2" ip addr del "$NS2ADDR/$PFX" dev "$NS2IF"; }
repair()
{
	at "$NS2" ip addr add "$NS2ADDR/$PFX" dev "$NS2IF"
	at "$NS2" ip route replace default via "$BRADDR"
}
ask "$NS1" "$NS2"
