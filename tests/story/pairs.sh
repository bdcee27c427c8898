#!/bin/bash
# shellcheck disable=SC1090 # cases are sourced by name
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pairs – two faults at once in the standard world, of tests/cases and tests/catalogue/rows.sh, as "ONE+OTHER", or
# "ONE+OTHER/ipv6" of two cases that are run in IPv6, too
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#
# Nobody wrote down what is right for a pair; it follows from each of the two alone, in worlds with the same names, where
# it stops the packet somewhere and is found as its own expectations say:
#
#   first   the first cause is the one that alone stops the packet where it ends now; either, where that is neither or both,
#           or where it leads the packet another way
#   set     nothing is named that neither of them has alone
#   next    the other one is named, too: at once, or when --fix has repaired the first; or it stops nothing any more, and the
#           repair of the first is enough; or the report says that it does not know what would come after the first, which
#           it cannot repair in its model
#   fix     where --fix heals each, it heals both
#   undo    --undo leads exactly to where it began
#
# Two that cannot be built in one world, or that heal each other, are no pair: skipped. LAB_PAIRS is a file of pairs to be
# run instead of some few; "pairs.sh --faults" names those that can be drawn, each once more with "/ipv6" where that can be, too.

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
CASES=$here/../cases

# case_fits DIRECTORY: it breaks the standard world, so that NS1 does not reach OUT at all, and an ordinary ping tells
case_fits()
{
	[ -e "$1/expect" ] && grep -qx 'verdict unreachable' "$1/expect" && grep -qx world "$1/lab.sh" &&
		grep -qx 'ask "$NS1" "$OUT"' "$1/lab.sh" && ! grep -q '^works()' "$1/lab.sh"
}

case ${1:-} in
--variants)
	[ -z "${LAB_PAIRS:-}" ] || exec cat "$LAB_PAIRS"
	printf '%s\n' no-route+masquerade-missing forward-drop.nft-rule+rp-filter-drop.reply \
		accept-by-old-index+xfrm-drop.ns bridge-mac-changed+chain-without-jump \
		port-not-in-bridge.last+wrong-subnet.onlink port-wrong-bridge+blocklist-set
	exit
	;;
--faults)
	for f in "$CASES"/*/; do
		case_fits "$f" || continue
		basename "$f"
		[ ! -e "$f/expect.ipv6" ] || echo "$(basename "$f")/ipv6"
	done
	row() { [ "$2" != '$NS1 $OUT' ] || [[ $3 != 'unreachable '* ]] || printf '%s\n' "$1"; }
	. "$here/../catalogue/rows.sh"
	exit
	;;
esac

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"

# --- one fault --------------------------------------------------------------------------------------------------------

# load NAME FUNCTION: its world beside the standard one; FUNCTION breaks it. CODE is what it is called, HEALS whether
# --fix heals it.
load()
{
	local name=$1 function=$2 commands=''
	HEALS=''
	if [ -e "$CASES/$name" ]; then
		. "$CASES/$name/lab.sh"
		eval "$(declare -f fault | sed "1s/^fault /$function /")"
		local expect=$CASES/$name/expect
		[ -z "$LAB_IPV6" ] || [ ! -s "$expect.ipv6" ] || expect=$expect.ipv6
		CODE=$(sed -n 's/^cause \([^ ]*\).*/\1/p' "$expect" | head -1)
		[ -z "$LAB_IPV6" ] || CODE=$(in_ipv6 <<<"$CODE")
		! grep -qsx 'verdict reachable' "$CASES/$name/expect.fixed" || HEALS=1
		return
	fi
	row()
	{
		[ "$1" = "$name" ] || return 0
		commands=$(cat)
		CODE=$(cut -d' ' -f3 <<<"$3")
		[ "$4" != heals ] || HEALS=1
	}
	. "$here/../catalogue/rows.sh"
	[ -n "$commands" ] || die "there is no fault $name"
	eval "$function() { $commands"$'\n'"}"
}

# built COMMAND...: a world that cannot be built is none to be judged
built()
{
	trap 'printf "%s\n" "cannot be built: $*" >"$LAB_TMP/skip"; exit 77' EXIT
	"$@"
	trap - EXIT
}

# the_world: once, whatever else asks for it
the_world()
{
	world
	world() { :; }
}

# keys OUT: what was found, one a line; handles of rules depend on what else there is, and MAC addresses are drawn
keys()
{
	awk -F '\t' '/^(cause|next)\t/ {
		if ($7 ~ / .* .* [0-9]+$/)
			sub(/ [0-9]+$/, "", $7)
		sub(/([0-9a-f][0-9a-f]:)+[0-9a-f][0-9a-f]$/, "MAC", $7)
		print $2, $4, $6, $7
	}' "$1.sum"
}

# whose: of keys, the code and the object: what takes the request of one world may take the answer in another, and a gateway
# that nobody has is missed by whoever asks for it
whose() { cut -d' ' -f1,4-; }

# place OUT: how many interfaces the packet passed and, where that were all and an answer came, how many that did
place()
{
	jq '[.path[] | select((.reply_only // false) | not)] as $there | [.path | reverse | .[] | .reply.state] as $back |
		def stop: map(. == "lost" or . == "not-reached") | index(true);
		if all(.probes[]; .question and .sent > 0 | not) then 0
		else ($there | map(.request.state) | stop) //
			($back | stop | if . == 0 then $there | length else 100 + (. // 100) end) end' "$1"
}

pair=${1%/ipv6} set=${LAB_SET:-}
if [ -z "$set" ]; then
	set=$(($(printf %s "$pair" | cksum | cut -d' ' -f1) % 3 + 1))
	[ "$pair" = "$1" ] || set=$((set + 3))
fi
choose_set "$set"

# way OUT: the interfaces that it was to pass
way() { jq -r '.path[] | select((.reply_only // false) | not) | "\(.netns) \(.ifname)"' "$1"; }

# stops_there OUT: the packet ended where it ends with both faults, or was on another way, which cannot be compared
stops_there()
{
	local way other
	way=$(way "$1") other=$(way "$LAB_TMP/found")
	[[ $way != "$other"* && $other != "$way"* ]] || [ "$(place "$1")" -eq "$(place "$LAB_TMP/found")" ]
}

if [ "$1" = --alone ]; then
	built the_world
	built load "$2" break_it
	built break_it
	ask "$NS1" "$OUT"
	doctor "$LAB_TMP/found" "${ASK[@]}" || finish
	read -r found _ < <(keys "$LAB_TMP/found")
	[ "$found" = "$CODE" ] || fail "$2 alone is called ${found:-nothing}, not $CODE"
	finish
fi

# alone NAME: in a world of its own; what was found is in $LAB_TMP/NAME/found
alone()
{
	local status=0
	mkdir "$LAB_TMP/$1"
	LAB_TMP=$LAB_TMP/$1 LAB_SET=$LAB_SET "$LAB_LIB/enter" bash "$0" --alone "$1" || status=$?
	[ "$status" -ne 77 ] || skip "$(cat "$LAB_TMP/$1/skip")"
	[ "$status" -eq 0 ] || { fail "$(cat "$LAB_TMP/$1/why")"; finish; }
}

# --- both -------------------------------------------------------------------------------------------------------------

one=${pair%%+*} other=${pair#*+}
alone "$one"
alone "$other"

built the_world
built load "$one" break_one
heal=$HEALS
built load "$other" break_other
[ -n "$HEALS" ] || heal=''
built break_one
built break_other
ask "$NS1" "$OUT"
state "$LAB_TMP/before"
doctor "$LAB_TMP/found" "${ASK[@]}" || finish
if [ "$(said "$LAB_TMP/found" verdict)" = reachable ] && works; then
	skip 'they heal each other'
fi
unchanged 'a look'

mapfile -t found < <(keys "$LAB_TMP/found")
mapfile -t from_one < <(keys "$LAB_TMP/$one/found")
mapfile -t from_other < <(keys "$LAB_TMP/$other/found")

judge first
want=()
! stops_there "$LAB_TMP/$one/found" || want+=("${from_one[0]}")
! stops_there "$LAB_TMP/$other/found" || want+=("${from_other[0]}")
[ "${#want[@]}" -gt 0 ] || want=("${from_one[0]}" "${from_other[0]}")
printf '%s\n' "${want[@]}" | grep -qxF -- "${found[0]:-}" || fail "first is ${found[0]:-nothing}, not ${want[*]}"

judge set
for f in "${found[@]}"; do
	printf '%s\n' "${from_one[@]}" "${from_other[@]}" | whose | grep -qxF -- "$(whose <<<"$f")" || {
		fail "$f is found in neither"
		fact accused - "$f"
	}
done

judge rest
[ -z "$heal" ] || judge fix
doctor "$LAB_TMP/fixed" --fix --yes "${ASK[@]}" || finish
[ -z "$heal" ] || patient works || fail "--fix does not heal both: $(said "$LAB_TMP/fixed" applied)"

# named KEY: when it is
named()
{
	if printf '%s\n' "${found[@]}" | grep -qxF -- "$1" ||
		awk -F '\t' '$1 == "note" { print $2 }' "$LAB_TMP/found.sum" | grep -qxF -- "${1%% *}"; then
		echo at-once
	elif keys "$LAB_TMP/fixed" | grep -qxF -- "$1" || said "$LAB_TMP/fixed" applied | tr , '\n' | grep -qx "${1%% *}"; then
		echo after-repair
	elif [ "$(said "$LAB_TMP/fixed" verdict)" = reachable ] && works; then
		echo not-met
	elif jq -e 'any(.unchecked[]; .what | startswith("what would come after "))' "$LAB_TMP/found" >/dev/null; then
		echo not-foreseen
	else
		echo never
	fi
}

judge next
for f in "${from_one[0]}" "${from_other[0]}"; do
	when=$(named "$f")
	fact named "$when"
	[ "$when" != never ] || fail "$f is not named"
done

taken_back
finish
