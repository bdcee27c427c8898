#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# together – four runs at once see the same, and do not see each other
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#   NS2 ── PORT2 ┘

set -euo pipefail

if [ "${1:-}" = --variants ]; then
	printf '%s\n' healthy forward-drop masquerade-missing different outside
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-2}"
world
case $1 in
forward-drop)
	nft_in host <<-END
		table inet filter {
			chain forward { type filter hook forward priority filter; policy accept; oifname "$UP" drop; }
		}
	END
	;;
masquerade-missing) nat_off ;;
outside)
	listen "$NS1" "$NS1ADDR:5000"
	publish 5000 "$NS1ADDR:5000"
	nft_in host <<-END
		table inet filter {
			chain forward { type filter hook forward priority filter; policy drop; }
		}
	END
	;;
esac
state "$LAB_TMP/before"

questions=("$NS1 $OUT" "$NS1 $OUT" "$NS1 $OUT" "$NS1 $OUT")
[ "$1" != different ] || questions=("$NS1 $OUT" "$NS2 $OUT:443" "$NS1 $NS2" "host $NS1")
# each has an interface of its own for a while
[ "$1" != outside ] || questions=("outside $NS1:5000" "outside $NS1:5000" "outside $UPADDR:5000" "$NS1 $OUT")

rounds=3
for ((r = 0; r < rounds && ERRORS == 0; r++)); do
	for i in 0 1 2 3; do
		# shellcheck disable=SC2086 # words
		timeout 60 "$NSDOCTOR" --json ${questions[i]} >"$LAB_TMP/run.$i" 2>"$LAB_TMP/run.$i.err" &
	done
	wait
	for i in 0 1 2 3; do
		summarize "$LAB_TMP/run.$i" 2>&1 | grep -E "^(verdict|cause|next)" >"$LAB_TMP/sum.$i" || true
		cat "$LAB_TMP/run.$i" "$LAB_TMP/run.$i.err" >>"$LAB_TMP/details"
		case $1 in
		healthy | different) want='' verdict=reachable ;;
		outside) want=forward-drop verdict=unreachable ;;
		*) want=$1 verdict=unreachable ;;
		esac
		[ "$(sed -n 's/^verdict\t//p' "$LAB_TMP/sum.$i")" = "$verdict" ] || fail "run $i of round $r: not $verdict"
		[ "$(grep '^cause' "$LAB_TMP/sum.$i" | cut -f2 | sort -u)" = "$want" ] || fail "run $i of round $r: other causes"
		[ "$1" = different ] || [ "$1" = outside ] || cmp -s "$LAB_TMP/sum.0" "$LAB_TMP/sum.$i" || fail "runs 0 and $i of round $r differ"
	done
done
unchanged 'four runs at once'
finish
