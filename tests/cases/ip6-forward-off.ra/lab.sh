# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

world
run ip route del default
sysctl6 host "$UP" accept_ra 2
# else its own advertisements say that it is none, and the route goes (ndisc_recv_na(), net/ipv6/ndisc.c)
sysctl6 outside up0 forwarding 1
advertise outside up0
advertised() { ip route show default | grep -q "proto ra"; }
wait_for advertised

fault()
{
	sysctl6 host "$UP" accept_ra 1
	forward_off
}
repair()
{
	sysctl6 host "$UP" accept_ra 2
	forward_on
}
ask "$NS1" "$OUT"
