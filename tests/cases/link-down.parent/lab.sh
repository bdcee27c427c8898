# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 UPNOBODY ── macvlan on ✗UP ── outside

plain_sysctls host
setup_ns "$NS1"
uplink
on_parent "$NS1" "$NS1IF" "$UPNOBODY/$UPPFX" bridge
at "$NS1" ip route add default via "$GW"
fault() { run ip link set dev "$UP" down; }
repair() { run ip link set dev "$UP" up; }
ask "$NS1" "$OUT"
