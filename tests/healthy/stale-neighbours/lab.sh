# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
works() { ping_works "$NS1" "$OUT"; }
works
at "$NS1" ip neigh change "$BRADDR" dev "$NS1IF" nud stale
run ip neigh replace "$NS1ADDR" lladdr "$(within "$NS1" ip -o link show dev "$NS1IF" | sed 's/.*ether \([^ ]*\).*/\1/')" \
	nud stale dev "$BR"
run ip neigh replace "$GW" lladdr "$(within outside ip -o link show dev up0 | sed 's/.*ether \([^ ]*\).*/\1/')" \
	nud delay dev "$UP"
run ip neigh add "$NOBODY" dev "$BR" nud failed
at "$NS1" ip neigh add "$NOBODY" dev "$NS1IF" nud failed
run ip neigh add "$UPNOBODY" lladdr 02:00:00:00:00:99 nud permanent dev "$UP"
ask "$NS1" "$OUT"
