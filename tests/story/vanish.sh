#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# vanish – namespaces and links go away while nsdoctor looks at them: an answer or "unknown", never a crash, and nothing
# is left in the namespaces that stay
#
#   NS1 ✗── PORT1 ─ BR ─ host ─ UP ── outside

set -euo pipefail

if [ "${1:-}" = --variants ]; then
	printf '%s\n' namespace link target uplink
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-1}"
world
ask "$NS1" "$OUT"
[ "$1" != target ] || ask "$NS1" "$NS2"

start=$(date +%s%N)
"$NSDOCTOR" --json "${ASK[@]}" >/dev/null 2>&1 || true
whole=$((($(date +%s%N) - start) / 1000000))

nft -s list ruleset >"$LAB_TMP/rules" 2>/dev/null
rules_are_back() { nft -s list ruleset 2>/dev/null | cmp -s "$LAB_TMP/rules" -; }
link_is_gone() { ! ip link show dev "$1"; }

for ((i = 0; i < ${LAB_ROUNDS:-10} && ERRORS == 0; i++)); do
	moment=$((RANDOM % (whole + 10)))
	(
		sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
		case $1 in
		namespace) ip netns del "$NS1" ;;
		target) ip netns del "$NS2" ;;
		link) ip link del dev "$PORT1" ;;
		uplink) ip link del dev "$UP" ;;
		esac
	) >/dev/null 2>&1 &
	doctor "$LAB_TMP/found" "${ASK[@]}" || true
	wait
	[ "$STATUS" -ne 2 ] || fail "run $i: wrong usage"
	case $(jq -r '[.findings[] | select(.role == "cause") | .code] | join(" ")' "$LAB_TMP/found" 2>/dev/null) in
	'' | link-* | no-route | no-address | host-no-route | neighbour-failed | gateway-missing | upstream-silent | packet-loss) ;;
	*) fail "run $i after $moment of $whole ms: accuses $(jq -r '[.findings[].code] | join(" ")' "$LAB_TMP/found")" ;;
	esac
	wait_for rules_are_back

	# and everything back, for the next round
	case $1 in
	namespace)
		wait_for link_is_gone "$PORT1"
		ip netns add "$NS1"
		plain_sysctls "$NS1"
		for step in veth port portup nsaddr nsup route; do "step_$step"; done
		wait_for port_forwards host "$PORT1"
		;;
	target)
		wait_for link_is_gone "$PORT2"
		ip netns add "$NS2"
		plain_sysctls "$NS2"
		neighbour_ns
		# it has another MAC address now, and whoever remembers the old one would be right to be accused
		at "$NS1" ip neigh flush dev "$NS1IF"
		wait_for port_forwards host "$PORT2"
		;;
	link)
		for step in veth port portup nsaddr nsup route; do "step_$step"; done
		wait_for port_forwards host "$PORT1"
		;;
	uplink)
		umount "$LAB_TMP/hidden/outside"
		LAB_NAMESPACES=("$NS1" "$NS2")
		uplink
		wait_for link_is_up host "$UP"
		;;
	esac
done
finish
