# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘  (bcast_flood off)

world
fault()
{
	run bridge link set dev "$PORT2" bcast_flood off
	forget_neighbours
}
repair() { run bridge link set dev "$PORT2" bcast_flood on; }
forget() { forget_neighbours; }
ask "$NS1" "$NS2"
