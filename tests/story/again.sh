#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# again – asked three times in a row, the answer stays the same: what the first run left behind, as any ping would (half
# a neighbour entry, an unanswered connection), must not lead the second one astray

set -euo pipefail

CASES='masquerade-missing neighbour-failed.uplink neighbour-failed.target gateway-missing.bridge gateway-missing.route
port-not-in-bridge.weak port-not-in-bridge.strict port-not-in-bridge.to-ns port-wrong-bridge port-wrong-bridge.to-ns
link-down.target link-down.bridge arp-disabled.bridge bridge-port-isolated bridge-port-blocked.disabled wrong-subnet.wide
return-route-missing.default forward-drop.iptables-reject rp-filter-drop.request snat-wrong-source route-policy.ns
upstream-silent link-down.port'

if [ "${1:-}" = --variants ]; then
	printf '%s\n' $CASES
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
CASE=$LAB_LIB/../cases/$1
choose_set "${LAB_SET:-1}"
fault() { :; }
. "$CASE/lab.sh"
fault

for round in first second third; do
	doctor "$LAB_TMP/found.$round" "${ASK[@]}" || finish
	demand "$LAB_TMP/found.$round" "$CASE/expect"
	[ "$ERRORS" -eq 0 ] || { fail "in the $round run"; break; }
done
finish
