# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──✗ GW outside

world
fault()
{
	at outside ip addr del "$GW/$UPPFX" dev up0
	run ip neigh flush dev "$UP"
}
repair() { at outside ip addr add "$GW/$UPPFX" dev up0; }
ask "$NS1" "$OUT"
