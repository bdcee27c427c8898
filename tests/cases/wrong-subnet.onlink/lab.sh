# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 10.99.0.2/16 ── PORT1 ─ BR BRADDR ─ host ─ UP ── outside

world
fault()
{
	at "$NS1" ip -4 addr flush dev "$NS1IF"
	at "$NS1" ip addr add 10.99.0.2/16 dev "$NS1IF"
	at "$NS1" ip route add default via "$BRADDR" dev "$NS1IF" onlink
}
repair()
{
	at "$NS1" ip -4 addr flush dev "$NS1IF"
	step_nsaddr
	step_route
}
ask "$NS1" "$OUT"
