# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
fault() { run ip route replace default via "$UPNOBODY"; }
repair() { run ip route replace default via "$GW"; }
works() { tcp_works outside "$UPADDR" 5000 && ping_works host "$OUT"; }
ask outside "$NS1:5000"
