# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──(src NS1ADDR)──✗ outside

world
fault()
{
	nat_off
	cloud "ip daddr $OUT drop"
}
repair()
{
	uncloud
	nat_on
}
ask "$NS1" "$OUT"
