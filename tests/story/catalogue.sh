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

# drop_outside MATCH: what matches never arrives there
drop_outside() { nft_in outside <<<"table netdev away { chain in { type filter hook ingress device \"up0\" priority 0; $1 drop; }; }"; }

# tcp_keep NAMESPACE ADDRESS PORT: a connection that stays
tcp_keep() { within "$1" bash -c "exec 3<>/dev/tcp/$2/$3; sleep 30" >/dev/null 2>&1 & sleep 0.2; }

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
read -r verdict what <<<"$expected"
[ "$verdict" != unreachable ] || ! works || fail 'it works all the same'
doctor "$LAB_TMP/found" "${ASK[@]}" || finish
found=$(said "$LAB_TMP/found" verdict)
like "$found" "$verdict" || fail "verdict is $found, not $verdict"
first=$(grep -m1 -E $'^(cause|next|note)\t' "$LAB_TMP/found.sum" | awk -F '\t' '{ print $1, $2, $4 }' || true)
like "$first" "${what:-}" || fail "first is $first, not ${what:-nothing}"
if [ "$heals" = heals ] && [ "$ERRORS" -eq 0 ]; then
	doctor "$LAB_TMP/fixed" --fix --yes "${ASK[@]}" || finish
	patient works || fail "--fix does not heal it: $(said "$LAB_TMP/fixed" applied)"
fi
finish
