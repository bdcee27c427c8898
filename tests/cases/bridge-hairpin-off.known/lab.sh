# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS2 ── PORT2 ┐
#   NS1 ── PORT1 ─ BR ─ host :5000 (DNAT to NS1) ─ UP

needs_bridge_nf
world
published_for_all
hairpin
run bridge link set dev "$PORT1" hairpin on
fault()
{
	run ping -c 1 -W 1 "$NS1ADDR" >/dev/null
	run bridge link set dev "$PORT1" hairpin off
}
repair() { run bridge link set dev "$PORT1" hairpin on; }
ask "$NS1" "$UPADDR:5000"
