#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# demo.sh – a small network, broken the way everybody's first one is; nsdoctor finds it, repairs it and takes it back
#
# Everything happens in throw-away namespaces; nothing of this machine is touched, and no root is needed. Exit status
# 0 only if the story went as told. NSDOCTOR names the program, ./nsdoctor otherwise.

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

if [ -z "${LAB_LIB:-}" ]; then
	NSDOCTOR=${NSDOCTOR:-$here/../nsdoctor}
	[ -x "$NSDOCTOR" ] || { echo "demo: there is no $NSDOCTOR; build it first" >&2; exit 2; }
	for c in ip nft ping unshare nsenter; do
		command -v "$c" >/dev/null || { echo "demo: $c is not installed" >&2; exit 2; }
	done
	NSDOCTOR=$(cd "$(dirname "$NSDOCTOR")" && pwd)/$(basename "$NSDOCTOR")
	export NSDOCTOR
	unset LAB_TMP
	exec "$here/lib/enter" "$here/$(basename "$0")" "$@"
fi

locale=${LC_ALL:-${LC_CTYPE:-${LANG:-C.UTF-8}}}
. "$LAB_LIB/lab.sh"
choose_set 1

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\033[1m' plain=$'\033[0m'
fi
say() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
wrong() { printf '\ndemo: %s\n' "$*" >&2; exit 1; }

# show WANTED-EXIT OPTION...: nsdoctor as a person calls it
show()
{
	local want=$1 status=0
	shift
	printf '\n%s$ nsdoctor %s%s\n' "$bold" "$*" "$plain"
	LC_ALL=$locale "$NSDOCTOR" "$@" || status=$?
	[ "$status" -eq "$want" ] || wrong "exit status $status instead of $want"
}

say 'A namespace netns1 behind a bridge br0, as a tutorial builds it – but the host neither forwards nor translates.'
cat <<END

  netns1 ── ceth0 192.168.0.2 ── veth0 ┐
                                      br0 192.168.0.1   this host   eth0 172.31.8.154 ── the outside, 8.8.8.8
  netns2 ── ceth0 192.168.0.3 ── veth1 ┘
END
world
forward_off
nat_off
ask "$NS1" "$OUT"
! works || wrong 'a ping gets through, although it should not'
state "$LAB_TMP/before" 2>/dev/null

say 'A ping from netns1 gets no answer. Why?'
show 1 "$NS1" "$OUT"

say 'Repair it: one fault after the other, each change tried at once.'
show 0 --fix --yes "$NS1" "$OUT"
works || wrong 'an ordinary ping still gets no answer'

say 'Now it works, and ping agrees.'
show 0 "$NS1" "$OUT"
within "$NS1" ping -n -c1 -W1 "$OUT" | sed -n '2s/^/  ping: /p'

say 'Take all of it back.'
show 0 --undo
same_state "$LAB_TMP/before" || wrong 'that is not how it was before'
! works || wrong 'a ping still gets through'

say 'Everything is as it was: broken, and nothing left behind.'
