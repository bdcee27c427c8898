# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 (flood off) ─ BR ─ host ─ UP ── outside

world
fault()
{
	run bridge link set dev "$PORT1" learning off flood off
	run bridge fdb del "$(mac_of "$NS1" "$NS1IF")" dev "$PORT1" master 2>/dev/null || true
}
repair() { run bridge link set dev "$PORT1" flood on; }
forget() { forget_neighbours; }
ask "$NS1" "$OUT"
