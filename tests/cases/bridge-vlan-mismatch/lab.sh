# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 (VLAN 20) ─ BR ─ host ─ UP ── outside

world
fault()
{
	run ip link set dev "$BR" type bridge vlan_filtering 1 2>/dev/null || skip 'the kernel has no VLAN filtering'
	run bridge vlan del dev "$PORT1" vid 1
	run bridge vlan add dev "$PORT1" vid 20 pvid untagged
}
repair()
{
	run bridge vlan del dev "$PORT1" vid 20
	run bridge vlan add dev "$PORT1" vid 1 pvid untagged
}
ask "$NS1" "$OUT"
