# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (rule: to OUT lookup 100: default via NOBODY) ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
fault()
{
	at "$NS1" ip route add default via "$NOBODY" table 100
	at "$NS1" ip rule add pref 100 to "$OUT" lookup 100
}
repair()
{
	at "$NS1" ip rule del pref 100
	at "$NS1" ip route flush table 100
}
ask "$NS1" "$OUT"
