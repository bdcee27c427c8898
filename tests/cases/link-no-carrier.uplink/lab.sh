# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──✗ outside

world
fault()
{
	at outside ip link set dev up0 down
	wait_for link_is_not_up host "$UP"
}
repair() { at outside ip link set dev up0 up; }
ask "$NS1" "$OUT"
