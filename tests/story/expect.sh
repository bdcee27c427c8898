#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# expect – a file of what should and should not be reachable, in each format, with the cause under each surprise
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#   NS2 ── PORT2 ┘

set -euo pipefail

[ "${1:-}" != --variants ] || exit 0

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-1}"
world

file=$LAB_TMP/expect
hold()
{
	STATUS=0
	timeout 60 "$NSDOCTOR" "$@" >"$LAB_TMP/out" 2>"$LAB_TMP/err" </dev/null || STATUS=$?
	{ echo "\$ nsdoctor $*"; cat "$LAB_TMP/out" "$LAB_TMP/err"; } >>"$LAB_TMP/details"
}
says() { grep -qF -- "$1" "$LAB_TMP/out" || fail "$2"; }

cat >"$file" <<-END
	# both may leave
	$NS1 -> $OUT          allow
	$NS2 -> $OUT:443      allow
	$NS1 -> $NS2          allow
	$NS2 -> $OUT:444      deny     # nobody listens there
END
hold --expect "$file"
[ "$STATUS" -eq 0 ] || fail "as expected: exit $STATUS"
[ "$(head -2 "$LAB_TMP/out")" = $'TAP version 13\n1..4' ] || fail 'TAP: no version or plan'
[ "$(grep -c '^ok' "$LAB_TMP/out")" -eq 4 ] || fail 'TAP: not everything is ok'

run nft "add table ip quiet"
run nft "add chain ip quiet forward { type filter hook forward priority 0; }"
run nft "add rule ip quiet forward ip saddr $NS2ADDR ip daddr $OUT drop"
hold --expect "$file"
[ "$STATUS" -eq 1 ] || fail "a surprise: exit $STATUS"
says "not ok 2 - $NS2 -> $OUT:443 allow" 'TAP: the surprise is not told'
says 'code: "forward-drop"' 'TAP: its cause is not told'
hold --expect "$file" --format junit
says 'failures="1"' 'JUnit: the surprise is not counted'
says '<failure type="forward-drop"' 'JUnit: its cause is not told'
hold --expect "$file" --json
jq -e '.surprises == 1 and .expectations[1].code == "forward-drop"' "$LAB_TMP/out" >/dev/null ||
	fail 'JSON: the surprise or its cause is not told'
run nft delete table ip quiet

echo "nobody-knows-it -> $OUT allow" >"$file"
hold --expect "$file"
[ "$STATUS" -eq 3 ] || fail "what cannot be told: exit $STATUS"
says 'nobody-knows-it' 'what cannot be told is not named'

hold --expect "$LAB_TMP/missing"
[ "$STATUS" -eq 2 ] || fail "a missing file: exit $STATUS"
echo "$NS1 $OUT" >"$file"
hold --expect "$file"
[ "$STATUS" -eq 2 ] && grep -q 'line 1' "$LAB_TMP/err" || fail "a wrong line: exit $STATUS"
hold --expect "$file" "$NS1"
[ "$STATUS" -eq 2 ] || fail "with a target: exit $STATUS"
hold --format tap "$NS1"
[ "$STATUS" -eq 2 ] || fail "--format alone: exit $STATUS"
hold --expect "$file" --format xml
[ "$STATUS" -eq 2 ] || fail "an unknown format: exit $STATUS"

finish
