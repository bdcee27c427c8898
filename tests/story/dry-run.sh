#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dry-run – says what it would do, in the order it would do it, and changes nothing
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

set -euo pipefail

[ "${1:-}" != --variants ] || exit 0

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-1}"
world
ask "$NS1" "$OUT"
at "$NS1" ip route del default
forward_off
nat_off
state "$LAB_TMP/before"

doctor "$LAB_TMP/found" --dry-run "${ASK[@]}" || finish
demand "$LAB_TMP/found" /dev/stdin <<-'END'
	verdict unreachable
	exit 1
	cause no-route confirmed request icmp,tcp $NS1 *
	next ip-forward-off request host net.ipv4.ip_forward
	next masquerade-missing request host *
	applied
END
unchanged '--dry-run --json'

STATUS=0
"$NSDOCTOR" --dry-run "${ASK[@]}" >"$LAB_TMP/text" 2>&1 || STATUS=$?
cat "$LAB_TMP/text" >>"$LAB_TMP/details"
[ "$STATUS" -eq 1 ] || fail "--dry-run: exit $STATUS, not 1"
for c in "$BRADDR" ip_forward -i; do
	[ "$c" = -i ] || grep -q -- "$c" "$LAB_TMP/text" || fail "--dry-run does not speak of $c"
done
grep -qi masquerade "$LAB_TMP/text" || fail '--dry-run does not speak of masquerading'
unchanged '--dry-run'
[ ! -e /run/nsdoctor ] || [ -z "$(find /run/nsdoctor -type f)" ] || fail '--dry-run writes a journal'
finish
