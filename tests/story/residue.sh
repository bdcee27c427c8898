#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# residue – whatever way it is asked to look, afterwards everything is as before, and in between nothing that anybody
# could stumble over has changed: no link, no address, no route, no rule
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

set -euo pipefail

if [ "${1:-}" = --variants ]; then
	printf '%s\n' healthy forward-off dropped unanswered
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-3}"
world
listen "$NS2" "$NS2ADDR:8080"
case $1 in
forward-off) forward_off ;;
dropped)
	nft_in host <<-END
		table inet filter {
			chain forward { type filter hook forward priority filter; policy drop; }
		}
	END
	;;
unanswered) nat_off ;;
esac
state "$LAB_TMP/before"

# started without a shell in between, so that the process is the one that listens
monitors=()
for ns in host "$NS1" "$NS2"; do
	nsenter --net="$(netns_file "$ns")" -- ip monitor link address route rule >"$LAB_TMP/monitor.$ns" 2>&1 &
	monitors+=("$!")
done
monitors_listen()
{
	local m
	for m in "${monitors[@]}"; do
		find "/proc/$m/fd" -lname 'socket:*' | grep -q . || return 1
	done
}
wait_for monitors_listen

looks=0
look()
{
	"$NSDOCTOR" "$@" >"$LAB_TMP/look" 2>&1 || [ $? -le 3 ] || fail "nsdoctor $*: crashed"
	printf '$ nsdoctor %s\n' "$*" >>"$LAB_TMP/details"
	looks=$((looks + 1))
	[ ! -e /run/nsdoctor ] || [ -z "$(find /run/nsdoctor -type f)" ] || fail "nsdoctor $*: a file in /run/nsdoctor"
	unchanged "nsdoctor $*"
}

look "$NS1" "$OUT"
look -v "$NS1" "$OUT"
look --json --count 4 "$NS1" "$OUT"
look --no-trace "$NS1" "$OUT"
look --no-probe "$NS1" "$OUT"
look --dry-run "$NS1" "$OUT"
look -p tcp "$NS1" "$OUT:443"
look -p udp "$NS1" "$OUT:53"
look "$NS1" "$NS2:8080"
look "$NS1" "$BRADDR"
look host "$OUT"
look "$NS1" "$NS1ADDR"
look "$NS1" nowhere
look nowhere "$OUT"

kill "${monitors[@]}" 2>/dev/null || true
for ns in host "$NS1" "$NS2"; do
	# a bridge tells of its ports whenever a timer of its own ends; what counts is a link that was not there
	known=$(within "$ns" ip -o link show | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | paste -sd'|')
	grep -vE "^[0-9]+: (${known//./\\.})(@[^ ]*)?: <|^ +link/" "$LAB_TMP/monitor.$ns" >"$LAB_TMP/events" || continue
	fail "in between, something changed in $ns: $(head -1 "$LAB_TMP/events")"
	head -20 "$LAB_TMP/events" >>"$LAB_TMP/details"
done
finish
