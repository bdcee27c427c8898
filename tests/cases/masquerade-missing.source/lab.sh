# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──(src NS1ADDR)── outside, which knows no way back

world
fault() { nat_only "$OTHER" "$UP"; }
repair()
{
	nat_off
	nat_on
}
ask "$NS1" "$OUT"
