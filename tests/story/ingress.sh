#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ingress – a web server in a namespace, from nothing to where a client outside reaches it by a port of the host
#
#   NS1 ── PORT1 ─ BR ─ host (does not forward, drops what it would) ─ UP ── outside
#
# By hand, step by step: what is found first is the next step. With --fix, all of it at once; then the web server is
# all that is missing, which only a person can start.

set -euo pipefail

if [ "${1:-}" = --variants ]; then
	printf '%s\n' 1-by-hand 2-by-fix 3-by-fix
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-${1%%-*}}"
world
run sysctl -qw net.ipv4.ip_forward=0
run ipt -P FORWARD DROP
ask outside "$NS1:5000"

# client: an ordinary one, beyond the uplink
client() { tcp_works outside "$UPADDR" 5000; }

# first CODE: that is what is found first; none: it works
first()
{
	doctor "$LAB_TMP/found" "${ASK[@]}" || finish
	local found
	found=$(jq -r '[.findings[] | select(.role == "cause") | .code] | first // "none"' "$LAB_TMP/found")
	[ "$found" = "$1" ] || fail "found $found, not $1"
	if [ "$1" = none ]; then
		[ "$STATUS" -eq 0 ] || fail "it works, and the exit is $STATUS"
		patient client || fail 'a client outside is not served'
	else
		! LAB_PATIENCE=0.3 client || fail "a client outside is served, and $found is found"
	fi
}

case $1 in
*-by-hand)
	first dnat-missing
	publish 5000 "$NS1ADDR:5000"
	first ip-forward-off
	run sysctl -qw net.ipv4.ip_forward=1
	first forward-drop
	run ipt -A FORWARD -d "$NS1ADDR" -p tcp --dport 5000 -j ACCEPT
	first forward-drop # of the answer, which is a refusal
	run ipt -A FORWARD -s "$NS1ADDR" -m conntrack --ctstate ESTABLISHED -j ACCEPT
	first service-not-listening
	listen "$NS1" "$NS1ADDR:5000"
	first none
	;;
*-by-fix)
	listen "$NS1" "$NS1ADDR:5000"
	state "$LAB_TMP/before"
	doctor "$LAB_TMP/fixed" --fix --yes "${ASK[@]}" || finish
	[ "$STATUS" -eq 0 ] || fail "--fix: exit is $STATUS, not 0"
	for code in dnat-missing ip-forward-off forward-drop; do
		jq -e --arg c "$code" 'any(.fix.applied[]; .code == $c and .kept)' "$LAB_TMP/fixed" >/dev/null ||
			fail "--fix does not keep a repair of $code"
	done
	patient client || fail 'a client outside is not served'
	STATUS=0
	"$NSDOCTOR" --undo >>"$LAB_TMP/details" 2>&1 || STATUS=$?
	[ "$STATUS" -eq 0 ] || fail "--undo: exit $STATUS"
	unchanged '--fix and --undo'
	;;
esac
finish
