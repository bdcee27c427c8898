# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
fault()
{
	at "$NS1" ip addr del "$NS1ADDR/$PFX" dev "$NS1IF"
	sysctl6 "$NS1" "$NS1IF" accept_dad 1
	nsenter --net="$(netns_file "$NS1")" -- ip addr add "$NS2ADDR/$PFX" dev "$NS1IF"
	wait_for found_out
}
found_out() { at "$NS1" ip addr show dev "$NS1IF" | grep -q dadfailed; }
repair()
{
	at "$NS1" ip addr del "$NS2ADDR/$PFX" dev "$NS1IF"
	step_nsaddr
	at "$NS1" ip route replace default via "$BRADDR"
}
ask "$NS1" "$OUT"
