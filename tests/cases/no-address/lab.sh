# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (no address) ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { at "$NS1" ip -4 addr flush dev "$NS1IF"; }
repair()
{
	step_nsaddr
	step_route
}
ask "$NS1" "$OUT"
