# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ PORT2 ── NS2, which has NS1ADDR, too

world
fault()
{
	at "$NS2" ip addr add "$NS1ADDR/$PFX" dev "$NS2IF"
	forget_neighbours
}
repair()
{
	at "$NS2" ip addr del "$NS1ADDR/$PFX" dev "$NS2IF"
	forget_neighbours
}
ask "$NS1" "$NS2"
