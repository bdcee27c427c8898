# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 (isolated) ┐
#                     ✗    BR ─ host
#   NS2 ── PORT2 (isolated) ┘

world
fault()
{
	run bridge link set dev "$PORT1" isolated on
	run bridge link set dev "$PORT2" isolated on
}
repair() { run bridge link set dev "$PORT1" isolated off; }
ask "$NS1" "$NS2"
