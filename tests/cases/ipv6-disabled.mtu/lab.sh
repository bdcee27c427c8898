# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { run ip link set dev "$BR" mtu 1279; }
repair()
{
	run ip link set dev "$BR" mtu 1500
	step_braddr
}
ask "$NS1" "$OUT"
