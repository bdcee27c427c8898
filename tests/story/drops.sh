#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# drops – the kernel says why it drops a packet, where it can be asked; where not, the answer is the same, if less certain
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

set -euo pipefail

[ "${1:-}" != --variants ] || exit 0

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-1}"
world

asked=("$NS1" "$OUT")

# said [WRAPPER...] – the report with --verbose in one line, in $LAB_TMP/line
said()
{
	"$@" "$NSDOCTOR" --verbose "${asked[@]}" >"$LAB_TMP/out" 2>&1 || true
	cat "$LAB_TMP/out" >>"$LAB_TMP/details"
	tr -s ' \n' ' ' <"$LAB_TMP/out" >"$LAB_TMP/line"
}
# has TEXT...: one of them
has()
{
	local text
	for text; do
		! grep -qF -- "$text" "$LAB_TMP/line" || return 0
	done
	fail "$ASPECT: nobody says: $*"
}
lacks() { ! grep -qF -- "$1" "$LAB_TMP/line" || fail "$ASPECT: somebody says: $1"; }

# told REASON WORDS: the kernel's reason for one request
told()
{
	said
	has 'drop reasons of the kernel: yes'
	has "drop of icmp ${3:-request} at "
	has "$2 ($1"
}

ASPECT=healthy
said
has 'drop reasons of the kernel: not asked'
lacks 'drop of'

ASPECT=asking
forward_off
said
# what it cannot do here it says, and the rest goes on
has 'ip-forward-off confirmed'
why=$(sed -n 's/.*drop reasons of the kernel: no (\(.*\)) time: .*/\1/p' "$LAB_TMP/line")
[ -z "$why" ] || { [ "$ERRORS" -eq 0 ] || finish; skip "the kernel cannot be asked for its reasons here: $why"; }

ASPECT=ip-forward-off
told IP_INADDRERRORS 'an address that is neither its own nor forwarded'
forward_on

ASPECT=host-no-route
run ip route del default
told IP_INNOROUTES 'no route for it where it came in'
run ip route add default via "$GW"

ASPECT=forward-drop
quiet "oifname \"$UP\" drop"
told NETFILTER_DROP 'netfilter: a rule, or the connection tracking'
unquiet

ASPECT='on the way back'
quiet "iifname \"$UP\" ip saddr $OUTNET drop"
told NETFILTER_DROP 'netfilter: a rule, or the connection tracking' answer
unquiet

# its counter does not say whose packets they were
ASPECT=tc-drop
if run tc qdisc add dev "$UP" root tbf rate 8kbit burst 60 latency 10ms 2>/dev/null; then
	told QDISC_DROP 'a queue that drops'
	"$NSDOCTOR" "$NS1" "$OUT" >"$LAB_TMP/out" 2>&1 || true
	tr -s ' \n' ' ' <"$LAB_TMP/out" >"$LAB_TMP/line"
	has 'tc-drop confirmed'
	# names of the kernel's are for --verbose
	lacks QDISC_DROP
	if command -v setpriv >/dev/null; then
		ASPECT='without the privilege'
		said setpriv --bounding-set=-bpf,-perfmon --inh-caps=-bpf,-perfmon
		# drop_monitor is there in the first namespace only
		has 'drop reasons of the kernel: no (BPF: Operation not permitted; drop_monitor: there is none here)'
		has 'tc-drop '
		lacks 'the kernel says'
	fi
	run tc qdisc del dev "$UP" root
fi

# a program that no list shows: nothing but the place is known
ASPECT=packet-loss
"${LAB_LISTEN:?}" -b "$UP" >"$LAB_TMP/tcx" 2>/dev/null &
pid=$!
tcx() { [ -s "$LAB_TMP/tcx" ] || ! kill -0 "$pid"; }
wait_for tcx
if [ -s "$LAB_TMP/tcx" ]; then
	told TC_EGRESS 'a filter of traffic control, on the way out'
	has 'packet-loss confirmed'
	has "the kernel says why it drops it at $UP in host: a filter of traffic control, on the way out"
	kill "$pid"
fi
wait "$pid" 2>/dev/null || true

# a client outside, whose way in is opened once more
ASPECT='from outside'
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
asked=(outside "$UPADDR:5000" --proto tcp)
forward_off
said
has 'ip-forward-off confirmed'
has 'drop reasons of the kernel: yes'
has "drop of tcp request at $UP in host: an address that is neither its own nor forwarded (IP_INADDRERRORS"
forward_on
said
has "outside reaches $UPADDR:5000"
has 'drop reasons of the kernel: not asked'
unpublish
asked=("$NS1" "$OUT")

# strangers' packets that are dropped meanwhile, more than anybody can read
ASPECT='in a flood'
forward_off
"${LAB_LISTEN:?}" -n "$(netns_file "$NS1")" -f "$OUT" &
pid=$!
said timeout -k 1 4
has 'ip-forward-off confirmed'
# the own packet is among those that nobody could read, or is not
has 'drop reasons of the kernel: yes' 'drop reasons of the kernel: none, by BPF; some were missed'
kill "$pid" || fail "$ASPECT: it has waited for the end of it"
wait "$pid" 2>/dev/null || true
forward_on

# who loads it ends with who asks, however that ends
ASPECT=kill
"$NSDOCTOR" --timeout 20 "$NS1" "$FREE" >/dev/null 2>&1 &
pid=$!
sends() { grep -q '^NoNewPrivs:.*1$' "/proc/$pid/status"; }
wait_for sends
kill -KILL "$pid"
wait "$pid" 2>/dev/null || true
alone() { ! pgrep -x nsdoctor >/dev/null; }
wait_for alone
finish
