# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { sysctl6 "$NS1" "$NS1IF" disable_ipv6 1; }
repair()
{
	sysctl6 "$NS1" "$NS1IF" disable_ipv6 0
	step_nsaddr
	step_route
}
ask "$NS1" "$OUT"
