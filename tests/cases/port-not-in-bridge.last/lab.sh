# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ✗ BR ─ host ─ UP ── outside
#
# It was the bridge's only port: without one it has no carrier, and nothing that is sent there is seen.

world
run ip link del "$PORT2"
fault()
{
	at "$NS1" ping -n -c1 -W1 "$OUT" >/dev/null # it knows the gateway
	run ip link set dev "$PORT1" nomaster
	wait_for no_carrier "$BR"
}
no_carrier() { ip -o link show dev "$1" | grep -q NO-CARRIER; }
repair() { step_port; wait_for port_forwards host "$PORT1"; wait_for link_is_up host "$BR"; }
ask "$NS1" "$OUT"
