#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tutorial – both tutorials step by step, with steps left out
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#
# A person who builds a namespace by hand takes ten steps. Whichever are missing, the first finding is the first missing
# step in the packet's order, nothing is found that is not missing, everything is found that can be known, and --fix
# heals it all, but for the veth and the namespace's own address, which only a person can choose.
#
# The packet's order, and what is right where several steps are missing:
#
#   veth      link-missing         There is nothing else to say: how the veth would be attached, nobody knows.
#   nsup      link-down            A link that is down has taken its routes away, so the error of the kernel's lookup
#                                  is only its echo; up first, then no-route.
#   nsaddr    no-address           Stops there: which address, only a person knows. (No route could be added either.)
#   route     no-route             The lookup comes before the wire: with the host end down or in no bridge too, the
#                                  packet has not got so far.
#   portup    link-down            The namespace only sees a lost carrier; the end that is down owns the finding.
#   port      port-not-in-bridge   See below.
#   brup      link-down            Nobody answers for the gateway, because the bridge takes no frame.
#   braddr    gateway-missing      Nobody answers for the gateway, because nobody has its address.
#   forward   ip-forward-off
#   masq      masquerade-missing
#
# Two combinations leave open what the right value would be, so that no repair is demanded, only none that is wrong:
# without route and bridge address nothing on this host names the gateway, and with the port in no bridge and the
# bridge without address nothing ties the two together.
#
# A port in no bridge does not stop a packet by itself: the host answers for the gateway's address on any interface, so
# that the request goes on until something else stops it, and the answer is lost on its way to the bridge. If anything
# else is missing behind the port, either may come first, and nothing but these.

set -euo pipefail

STEPS='veth nsup nsaddr route portup port brup braddr forward masq'

# every set of missing steps that can be, a line each
combinations()
{
	local n=0 i step missing
	# shellcheck disable=SC2086 # words
	set -- $STEPS
	for ((n = 1; n < 1 << $#; n++)); do
		missing=''
		for ((i = 0; i < $#; i++)); do
			step=${*:i+1:1}
			[ $((n >> i & 1)) -eq 0 ] || missing+="+$step"
		done
		missing+=+
		case $missing in
		# without the veth the steps on its two ends cannot be taken; without address or link there is no route
		*+veth+*nsup+* | *+veth+*nsaddr+* | *+veth+*port+* | *+veth+*portup+* | *+veth+*route+*) continue ;;
		*+nsup+*route+* | *+nsaddr+*route+*) continue ;;
		esac
		missing=${missing#+}
		printf '%s\n' "${missing%+}"
	done
}

if [ "${1:-}" = --variants ]; then
	for set in 1 2; do
		combinations | while read -r missing; do
			# one or two at a time, and all at once; the rest only in full length
			if [ -n "${LAB_FULL:-}" ] || [[ $missing != *+*+* ]] || [ "$missing" = nsup+portup+port+brup+braddr+forward+masq ]; then
				echo "$set-$missing"
			fi
		done
	done
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"

choose_set "${LAB_SET:-${1%%-*}}"
MISSING=+${1#*-}+

missing() { [[ $MISSING == *+$1+* ]]; }

code_of()
{
	case $1 in
	veth) echo link-missing ;;
	nsup) echo "link-down $NS1 $NS1IF" ;;
	nsaddr) echo no-address ;;
	route) echo no-route ;;
	portup) echo "link-down host $PORT1" ;;
	port) echo port-not-in-bridge ;;
	brup) echo "link-down host $BR" ;;
	braddr) echo gateway-missing ;;
	forward) echo ip-forward-off ;;
	masq) echo masquerade-missing ;;
	esac
}

# --- the world, but for what is missing -------------------------------------------------------------------------------

plain_sysctls host
setup_ns "$NS1" "$NS2"
run ip link add name "$BR" type bridge
for step in braddr brup veth port portup nsaddr nsup route forward; do
	if missing veth; then
		case $step in port | portup | nsaddr | nsup | route) continue ;; esac
	fi
	if [ "$step" = route ] && { missing nsup || missing nsaddr; }; then
		continue
	fi
	missing "$step" || "step_$step"
done
neighbour_ns
uplink
missing masq || step_masq
missing brup || wait_for port_forwards host "$PORT2"
missing portup || missing nsup || missing veth || wait_for link_is_up "$NS1" "$NS1IF"
wait_for link_is_up host "$UP"
ask "$NS1" "$OUT"

# --- what should be found ---------------------------------------------------------------------------------------------

# expected: all that can be known, in the packet's order; "fixable" is empty where a person has to choose
expected=()
fixable=1
for step in $STEPS; do
	case $step in
	route) missing route || { missing nsup && ! missing nsaddr; } || continue ;;
	*) missing "$step" || continue ;;
	esac
	expected+=("$(code_of "$step")")
	case $step in
	veth | nsaddr)
		fixable=''
		break
		;;
	esac
done
open=''
if [ -n "$fixable" ] && missing braddr && { missing route || missing nsup || missing port; }; then
	open=1
fi

state "$LAB_TMP/before"
doctor "$LAB_TMP/found" "${ASK[@]}" || finish
mapfile -t found < <(jq -r '.findings[] | select(.role != "note") |
	if .code == "link-down" then "\(.code) \(.netns) \(.object)" else .code end' "$LAB_TMP/found")
[ "$STATUS" -eq 1 ] || fail "exit is $STATUS, not 1"
[ "$(jq -r .verdict "$LAB_TMP/found")" = unreachable ] || fail "verdict is $(jq -r .verdict "$LAB_TMP/found")"

in_order() { printf '%s, ' "$@"; }
in_any_order() { printf '%s\n' "$@" | sort | tr '\n' ','; }

for f in "${found[@]}"; do
	in_list=''
	for e in "${expected[@]}"; do
		[ "$f" != "$e" ] || in_list=1
	done
	[ -n "$in_list" ] || fail "found $f, which is not missing"
done
if missing port && ! missing nsup && ! missing nsaddr && ! missing route && ! missing portup; then
	[ -n "$open" ] || [ "$(in_any_order "${found[@]}")" = "$(in_any_order "${expected[@]}")" ] ||
		fail "found $(in_order "${found[@]}")expected in any order $(in_order "${expected[@]}")"
else
	[ "${found[0]:-}" = "${expected[0]}" ] || fail "the first finding is ${found[0]:-none}, not ${expected[0]}"
	[ -n "$open" ] || missing port || [ "$(in_order "${found[@]}")" = "$(in_order "${expected[@]}")" ] ||
		fail "found $(in_order "${found[@]}")expected $(in_order "${expected[@]}")"
fi
unchanged 'a look'

# --- and repaired -----------------------------------------------------------------------------------------------------

if [ "$ERRORS" -eq 0 ]; then
	doctor "$LAB_TMP/fixed" --fix --yes "${ASK[@]}" || finish
	if [ -n "$fixable" ] && [ -z "$open" ]; then
		[ "$STATUS" -eq 0 ] || fail "--fix: exit is $STATUS, not 0"
		patient works || fail '--fix: a ping still does not work'
	elif [ "$STATUS" -eq 0 ]; then
		patient works || fail '--fix says it works; a ping does not'
	fi
	if [ "$(jq '[.fix.applied[]? | select(.kept)] | length' "$LAB_TMP/fixed")" -gt 0 ]; then
		"$NSDOCTOR" --undo >>"$LAB_TMP/details" 2>&1 || fail "--undo: exit $?"
	fi
	unchanged '--fix and --undo'
fi
finish
