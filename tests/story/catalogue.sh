#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# catalogue – the faults of tests/catalogue/rows.sh: broken, named, and healed where that is said

set -euo pipefail

ROWS=$(cd "$(dirname "$0")/../catalogue" && pwd)/rows.sh

if [ "${1:-}" = --variants ]; then
	# row NAME QUESTION EXPECTED HEALS [full]
	row() { [ "${5:-}" = full ] && [ -z "${LAB_FULL:-}" ] || printf '%s\n' "$1"; }
	. "$ROWS"
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"

wanted=$1
row()
{
	[ "$1" = "$wanted" ] || return 0
	question=$2 expected=$3 heals=$4 commands=$(cat)
}
. "$ROWS"
[ -n "${commands:-}" ] || die "there is no row $wanted"

LAB_SET=${LAB_SET:-$(printf %s "$wanted" | cksum)}
choose_set "$((${LAB_SET%% *} % 3 + 1))"
world
eval "$commands"
eval "ask $question"
state "$LAB_TMP/before"
IFS=' ' read -r verdict expected <<<"$expected"
[ "$verdict" != unreachable ] || ! works || fail 'it works all the same'
doctor "$LAB_TMP/found" "${ASK[@]}" || finish
found=$(said "$LAB_TMP/found" verdict)
like "$found" "$verdict" || fail "verdict is $found, not $verdict"
unchanged 'a look'

# role ROLE LIST: those of LIST, whose findings are divided by commas, that have it
role() { tr , '\n' <<<"$2" | sed -n "s/^ *\($1 .*\)/\1/p"; }
found=$(awk -F '\t' '/^(cause|next)\t/ { print $1, $2, $4 }' "$LAB_TMP/found.sum" | paste -sd, | sed 's/,/, /g')
judge first
like "${found%%,*}" "${expected%%,*}" || fail "first is ${found%%,*}, not ${expected%%,*}"
judge set
[ "$(role cause "$found")" = "$(role cause "$expected")" ] || fail "found $found, not $expected"
judge next
[ "$(role next "$found")" = "$(role next "$expected")" ] || fail "found $found, not $expected"
mapfile -t causes < <(grep -E $'^(cause|next)\t' "$LAB_TMP/found.sum")
accused " ${expected//,/ } " "${causes[@]}"

if [ "$heals" = heals ] && [ "$ERRORS" -eq 0 ]; then
	judge fix
	doctor "$LAB_TMP/fixed" --fix --yes "${ASK[@]}" || finish
	patient works || fail "--fix does not heal it: $(said "$LAB_TMP/fixed" applied)"
	taken_back
fi
finish
