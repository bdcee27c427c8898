# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ other0
#   NS2 ── PORT2 ─ BR ─ host

world
make_bridge other0
fault()
{
	run ip link set dev "$PORT1" master other0
	at "$NS1" ip neigh flush dev "$NS1IF"
}
repair() { step_port; wait_for port_forwards host "$PORT1"; }
ask "$NS1" "$NS2"
