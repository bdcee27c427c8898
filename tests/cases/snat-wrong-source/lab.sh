# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──(src UPNOBODY)── outside

world
fault() { snat_to "$UPNOBODY"; }
repair()
{
	nat_off
	nat_on
}
ask "$NS1" "$OUT"
