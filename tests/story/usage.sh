#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage – what cannot be meant is said in one clear sentence: exit 2 for wrong usage and nothing on standard output,
# exit 3 for what cannot be told
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

set -euo pipefail

[ "${1:-}" != --variants ] || exit 0

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-1}"
world

wrong()
{
	asks 2 "$@"
	[ ! -s "$LAB_TMP/said" ] || fail "nsdoctor $*: wrong usage, and something on standard output"
	grep -q '^nsdoctor: ' "$LAB_TMP/said.err" || fail "nsdoctor $*: no sentence that begins with the program's name"
	[ "$(wc -l <"$LAB_TMP/said.err")" -le 3 ] || fail "nsdoctor $*: $(wc -l <"$LAB_TMP/said.err") lines of complaint"
}

wrong
wrong --json
wrong --bogus "$NS1" "$OUT"
wrong -Z "$NS1" "$OUT"
wrong "$NS1" "$OUT" extra
wrong "$NS1" "$OUT:0"
wrong "$NS1" "$OUT:65536"
wrong "$NS1" "$OUT:"
wrong "$NS1" "$OUT:http:80"
wrong "$NS1" "$OUT:53/sctp"
wrong "$NS1" 300.1.1.1
wrong "$NS1" 255.255.255.255
wrong "$NS1" 224.0.0.1
wrong "$NS1" 0.0.0.0
wrong "$NS1" 240.0.0.1
wrong "$NS1" fe80::1
wrong "$NS1" ff02::1
wrong "$NS1" '[::1'
wrong "$NS1" ''
wrong '' "$OUT"
wrong --count 0 "$NS1" "$OUT"
wrong --count -3 "$NS1" "$OUT"
wrong --count many "$NS1" "$OUT"
wrong --count 99999999999999999999 "$NS1" "$OUT"
wrong --count
wrong --timeout -1 "$NS1" "$OUT"
wrong --timeout soon "$NS1" "$OUT"
wrong --timeout nan "$NS1" "$OUT"
wrong --proto ipx "$NS1" "$OUT"
wrong --proto '' "$NS1" "$OUT"
wrong --proto udp "$NS1" "$OUT"
wrong --color sometimes "$NS1" "$OUT"
wrong --fix "$NS1" "$OUT"
wrong --fix --json "$NS1" "$OUT"
wrong --all --openmetrics /dev/null
wrong --all --openmetrics /nowhere/x.prom
wrong --explain
wrong --explain no-such-finding

# what is not there, and what it might have been
asks 3 "${NS1%?}" "$OUT"
grep -qF "$NS1" "$LAB_TMP/said.err" || fail "an unknown name: $NS1 is not offered"
[ ! -s "$LAB_TMP/said" ] || fail 'an unknown name: something on standard output'
asks 3 pid:999999 "$OUT"
asks 3 /run/netns/nowhere "$OUT"
asks 3 /etc/passwd "$OUT"
doctor "$LAB_TMP/found" "${NS1%?}" "$OUT" || true
[ "$STATUS" -eq 3 ] || fail "an unknown name with --json: exit $STATUS, not 3"
[ "$(jq -r .verdict "$LAB_TMP/found")" = unknown ] || fail 'an unknown name with --json: the verdict is not unknown'
jq -e '.error | test("'"${NS1%?}"'")' "$LAB_TMP/found" >/dev/null || fail 'an unknown name with --json: error does not name it'

# without privileges nothing can be asked
if command -v setpriv >/dev/null; then
	status=0
	setpriv --bounding-set=-all --inh-caps=-all "$NSDOCTOR" "$NS1" "$OUT" >"$LAB_TMP/said" 2>"$LAB_TMP/said.err" || status=$?
	[ "$status" -eq 3 ] || fail "without privileges: exit $status, not 3"
	grep -qiE 'root|privilege|permi|CAP_' "$LAB_TMP/said.err" || fail "without privileges: $(head -1 "$LAB_TMP/said.err")"
fi

# what is asked for by name is given
asks 0 --help
grep -q -- --json "$LAB_TMP/said" || fail '--help does not speak of --json'
[ ! -s "$LAB_TMP/said.err" ] || fail '--help: something on standard error'
asks 0 --version
grep -q '^nsdoctor [0-9]' "$LAB_TMP/said" || fail "--version says $(head -1 "$LAB_TMP/said")"
for code in $(cd "$LAB_LIB/../cases" && ls -d */ | sed 's/[./].*//' | sort -u); do
	asks 0 --explain "$code"
	grep -q "$code" "$LAB_TMP/said" || fail "--explain $code does not speak of it"
done
finish
