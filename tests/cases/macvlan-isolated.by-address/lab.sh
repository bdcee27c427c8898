# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 UPNOBODY ── macvlan on UP ─ host

plain_sysctls host
setup_ns "$NS1"
uplink
on_parent "$NS1" "$NS1IF" "$UPNOBODY/$UPPFX" bridge
LAB_ADDRESS_OF[$NS1]=$UPNOBODY
NO_BEFORE=1
repair()
{
	run ip link add shim link "$UP" type macvlan mode bridge
	run ip link set dev shim up
	run ip route add "$UPNOBODY" dev shim
}
ask host "$UPNOBODY"
