# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (snat to UPNOBODY) ─ UP ──✗(icmp) outside, which routes UPNOBODY to the host

world
snat_to "$UPNOBODY"
at outside ip route add "$UPNOBODY" via "$UPADDR"
cloud "icmp type echo-request drop"
ask "$NS1" "$OUT"
works() { tcp_works "$NS1" "$OUT" 443; }
