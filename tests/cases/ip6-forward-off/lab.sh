# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

world
fault()
{
	forward_off
	sysctl6 host "$BR" forwarding 1
	sysctl6 host "$UP" forwarding 1
}
repair() { forward_on; }
ask "$NS1" "$OUT"
