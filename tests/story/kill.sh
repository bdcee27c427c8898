#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kill – ended at a random moment by SIGKILL, and nothing is left behind; out of --fix at most what the journal knows
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

set -euo pipefail

if [ "${1:-}" = --variants ]; then
	printf '%s\n' healthy broken fix outside
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-1}"
world
ask "$NS1" "$OUT"
# so that there is something to trace in every family
nft_in host <<-END
	table bridge b {
		chain f { type filter hook forward priority 0; policy accept; }
	}
	table netdev n {
		chain i { type filter hook ingress device "$PORT1" priority 0; policy accept; }
	}
END
options=(--json)
case $1 in
broken) nat_off ;;
outside)
	listen "$NS1" "$NS1ADDR:5000"
	publish 5000 "$NS1ADDR:5000"
	ask outside "$NS1:5000"
	;;
fix)
	at "$NS1" ip route del default
	forward_off
	nat_off
	options+=(--fix --yes)
	;;
esac
state "$LAB_TMP/before"

# how long a whole run takes tells which moments there are
start=$(date +%s%N)
"$NSDOCTOR" --json "${ASK[@]}" >/dev/null 2>&1 || true
whole=$((($(date +%s%N) - start) / 1000000))
[ "$1" != fix ] || whole=$((whole * 4))

nobody_left()
{
	local f name
	name=$(basename "$NSDOCTOR")
	for f in /proc/[0-9]*/comm; do
		[ "$(cat "$f" 2>/dev/null)" != "${name:0:15}" ] || return 1
	done
}

rounds=${LAB_ROUNDS:-25}
[ -z "${LAB_FULL:-}" ] || rounds=300
for ((i = 0; i < rounds && ERRORS == 0; i++)); do
	moment=$((RANDOM % (whole + 20)))
	"$NSDOCTOR" "${options[@]}" "${ASK[@]}" >/dev/null 2>&1 &
	pid=$!
	sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
	kill -KILL "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
	wait_for nobody_left
	if [ "$1" = fix ]; then
		"$NSDOCTOR" --undo >>"$LAB_TMP/details" 2>&1 || true
	fi
	unchanged "SIGKILL after $moment of $whole ms (round $i)"
done
finish
