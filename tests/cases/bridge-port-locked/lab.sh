# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 (locked) ─ BR ─ host ─ UP ── outside

world
fault()
{
	mac=$(mac_of "$NS1" "$NS1IF")
	run bridge link set dev "$PORT1" learning off locked on 2>/dev/null || skip 'the kernel has no locked ports'
	run bridge fdb del "$mac" dev "$PORT1" master 2>/dev/null || true
}
repair() { run bridge link set dev "$PORT1" locked off; }
forget() { forget_neighbours; }
ask "$NS1" "$OUT"
