#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# privileges – what is not needed is given away before packets are read; what is missing is said
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

set -euo pipefail

[ "${1:-}" != --variants ] || exit 0

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-1}"
world

# nobody answers for this one: the program waits for a while, and can be looked at
"$NSDOCTOR" --timeout 20 "$NS1" "$FREE" >"$LAB_TMP/said" 2>&1 &
pid=$!
sends() { grep -q '^NoNewPrivs:.*1$' "/proc/$pid/status"; }
wait_for sends
cp "/proc/$pid/status" "$LAB_TMP/status"
kill "$pid"
cat "$LAB_TMP/status" >>"$LAB_TMP/details"
# CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_NET_RAW, CAP_NET_ADMIN, CAP_DAC_READ_SEARCH
kept=$((1 << 21 | 1 << 19 | 1 << 13 | 1 << 12 | 1 << 2))
for set in CapEff CapPrm CapInh CapAmb; do
	has=$((16#$(sed -n "s/^$set:\t//p" "$LAB_TMP/status")))
	[ $((has & ~kept)) -eq 0 ] || fail "$set still has $(printf %x $((has & ~kept)))"
done

# lacks CAPABILITY WANTED-STATUS SENTENCE [OPTION]...: what is said without it
lacks()
{
	local cap=$1 want=$2 sentence=$3 status=0
	shift 3
	setpriv --bounding-set="-$cap" --inh-caps="-$cap" "$NSDOCTOR" "$@" "$NS1" "$OUT" >"$LAB_TMP/out" 2>&1 || status=$?
	{ echo "without $cap: exit $status"; cat "$LAB_TMP/out"; } >>"$LAB_TMP/details"
	[ "$status" -eq "$want" ] || fail "without $cap: exit $status, not $want"
	grep -q -- "$sentence" "$LAB_TMP/out" || fail "without $cap nobody says: $sentence"
}
if command -v setpriv >/dev/null; then
	lacks sys_admin 3 'needs CAP_SYS_ADMIN'
	lacks net_raw 3 'CAP_NET_RAW'
fi
finish
