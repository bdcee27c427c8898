# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (snat to UPNOBODY) ─ UP UPADDR, UPNOBODY ── outside

world
run ip addr add "$UPNOBODY/$UPPFX" dev "$UP"
snat_to "$UPNOBODY"
ask "$NS1" "$OUT"
