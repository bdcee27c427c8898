# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘  (bcast_flood off; for IPv6 mcast_flood off)

world
flag=bcast_flood
if [ -n "$LAB_IPV6" ]; then
	flag=mcast_flood
	# else it knows who wants which solicitations
	run ip link set dev "$BR" type bridge mcast_snooping 0
fi
fault()
{
	run bridge link set dev "$PORT2" "$flag" off
	forget_neighbours
}
repair() { run bridge link set dev "$PORT2" "$flag" on; }
forget() { forget_neighbours; }
ask "$NS1" "$NS2"
