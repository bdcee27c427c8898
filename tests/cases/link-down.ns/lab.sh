# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { at "$NS1" ip link set dev "$NS1IF" down; }
repair()
{
	step_nsup
	step_route
}
ask "$NS1" "$OUT"
