# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ✗ ┐
#                 BR ─ host
#   NS2 ── PORT2 ──┘

world
fault()
{
	run ip link set dev "$PORT1" nomaster
	at "$NS1" ip neigh flush dev "$NS1IF"
}
repair() { step_port; wait_for port_forwards host "$PORT1"; }
ask "$NS1" "$NS2"
