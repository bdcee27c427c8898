# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (rule: from SUBNET lookup 100: default via UPNOBODY) ─ UP ──✗ outside

world
fault()
{
	run ip route add default via "$UPNOBODY" dev "$UP" table 100
	run ip rule add pref 100 from "$SUBNET" lookup 100
}
repair()
{
	run ip rule del pref 100
	run ip route flush table 100
}
ask "$NS1" "$OUT"
