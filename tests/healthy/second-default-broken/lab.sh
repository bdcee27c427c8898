# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (default via NOBODY metric 500) ── PORT1 ─ BR ─ host (default via UPNOBODY metric 500) ─ UP ── outside

world
at "$NS1" ip route add default via "$NOBODY" metric 500
run ip route add default via "$UPNOBODY" metric 500
ask "$NS1" "$OUT"
