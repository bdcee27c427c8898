# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 10.20.0.2/16 ── PORT1 ─ BR 10.20.0.1/24     ┐
#                                                  host
#   NS2 10.20.7.2/24 ── PORT2 ─ other0 10.20.7.1/24 ┘

BRADDR=10.20.0.1 PFX=24 SUBNET=10.20.0.0/24 NS1ADDR=10.20.0.2 NS2ADDR=10.20.7.2
plain_sysctls host
setup_ns "$NS1" "$NS2"
make_bridge "$BR" "$BRADDR/$PFX"
make_bridge other0 10.20.7.1/24
attach "$NS1" "$NS1IF" "$NS1ADDR/$PFX" "$PORT1" "$BR" "$BRADDR"
attach "$NS2" "$NS2IF" "$NS2ADDR/24" "$PORT2" other0 10.20.7.1
forward_on
settled_inside
fault()
{
	at "$NS1" ip addr del "$NS1ADDR/24" dev "$NS1IF"
	at "$NS1" ip addr add "$NS1ADDR/16" dev "$NS1IF"
	at "$NS1" ip route add default via "$BRADDR"
}
repair()
{
	at "$NS1" ip addr del "$NS1ADDR/16" dev "$NS1IF"
	step_nsaddr
	step_route
}
ask "$NS1" "$NS2ADDR"
