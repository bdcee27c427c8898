#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# watch – --watch prints what changes, one object a line, and ends on a signal with nothing left behind
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

set -euo pipefail

[ "${1:-}" != --variants ] || exit 0

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-2}"
world
state "$LAB_TMP/before"
"$NSDOCTOR" --json --watch --interval 0.1 "$NS1" "$OUT" >"$LAB_TMP/seen" 2>"$LAB_TMP/seen.err" &
pid=$!

lines() { [ "$(wc -l <"$LAB_TMP/seen")" -ge "$1" ]; }
said_last() { tail -n 1 "$LAB_TMP/seen" | jq -e "$1" >/dev/null; }

wait_for lines 1
forward_off
wait_for said_last '.findings[0].code == "ip-forward-off"'
forward_on
wait_for said_last '.verdict == "reachable"'
# nothing changes any more
count=$(wc -l <"$LAB_TMP/seen")
sleep 1
[ "$(wc -l <"$LAB_TMP/seen")" -eq "$count" ] || fail "it prints what has not changed"
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
[ "$status" -eq 0 ] || fail "it ends with $status, not with what it saw last"
jq -es 'map(.verdict) | .[0] == "reachable" and .[-1] == "reachable"' "$LAB_TMP/seen" >/dev/null ||
	fail "wrong verdicts: $(jq -c .verdict "$LAB_TMP/seen" | paste -sd' ')"
[ ! -s "$LAB_TMP/seen.err" ] || fail "on standard error: $(head -1 "$LAB_TMP/seen.err")"
unchanged 'a watch'

# in the midst of a long count, too
"$NSDOCTOR" --watch --count 10000 "$NS1" "$OUT" >"$LAB_TMP/text" 2>&1 &
pid=$!
sleep 0.5
kill -INT "$pid"
for ((i = 0; i < 300; i++)); do
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.01
done
if kill -0 "$pid" 2>/dev/null; then
	kill -KILL "$pid"
	fail 'SIGINT does not end a watch'
fi
wait "$pid" || true
unchanged 'a watch that was interrupted'
finish
