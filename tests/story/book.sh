#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# book – docs/TUTORIAL.md, typed: each command is run as it stands there, and what it prints is held against what is
# printed there, but for times
#
#   1  NS1, NS2 at br0, and the way out by eth0
#   2  red and green at br, and the way out by ens33
#
# In a block of ```console a line that begins with "$ " is a command, and what follows is its output. "<!-- network N -->"
# begins what happens in network N. A service ("nc -lk [ADDRESS] PORT &") is the lab's own.
#
# LAB_BOOK=write writes what is printed now into the page instead.

set -euo pipefail

if [ "${1:-}" = --variants ]; then
	printf '%s\n' 1 2
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"

network=$1
page=$LAB_LIB/../../docs/TUTORIAL.md
made=$LAB_TMP/made

choose_set "$network"
plain_sysctls host
# bridged packets stay out of the IP chains, as where the module br_netfilter is not loaded
echo 0 2>/dev/null >/proc/sys/net/bridge/bridge-nf-call-iptables || true
uplink
wait_for link_is_up host "$UP"

# --- what a reader types, in here -------------------------------------------------------------------------------------

nsdoctor() { LC_ALL=C.UTF-8 "${NSDOCTOR:?}" "$@"; }
iptables() { command "$(ipt_name)" -w "$@"; }

# new namespaces and interfaces are those of a plain machine, whatever this one is
ip()
{
	command ip "$@"
	case $* in 'netns add '*) plain_sysctls "$3" ;; esac
}

# serve NAMESPACE [ADDRESS] PORT
serve()
{
	case $# in
	2) listen "$1" "0.0.0.0:$2" ;;
	3) listen "$1" "$2:$3" ;;
	esac
}

# settled: no wire whose two ends are up waits for its carrier
settled()
{
	local ns links=''
	for ns in host $(command ip netns list | cut -d ' ' -f 1); do
		links+=$(within "$ns" ip -o link show)$'\n'
	done
	! grep -q 'LOWER_UP.* state DOWN ' <<<"$links"
}

# type_in COMMAND: prints what it prints
type_in()
{
	case $1 in
	'ip netns exec '*' nc -lk '*' &')
		set -- "${1#ip netns exec }"
		# shellcheck disable=SC2046 # words
		serve "${1%% *}" $(sed 's/.* -lk \(.*\) &/\1/' <<<"$1")
		;;
	*)
		eval "$1" >"$LAB_TMP/out" 2>&1 </dev/null || true
		sed 's/ *$//' "$LAB_TMP/out"
		wait_for settled
		;;
	esac
}

# --- the page as it should be -----------------------------------------------------------------------------------------

remake()
{
	local line part=0 inside=''
	while IFS= read -r line; do
		case $line in
		'<!-- network '*) part=${line//[!0-9]/} ;;
		'```console') inside=1 ;;
		'```') inside='' ;;
		esac
		if [ -z "$inside" ] || [ "$part" != "$network" ] || [ "$line" = '```console' ]; then
			printf '%s\n' "$line"
		elif [[ $line == '$ '* ]]; then
			printf '%s\n' "$line"
			type_in "${line#\$ }"
		fi
	done
}

# plain PAGE: without what may be another each time: how long it took, how often it was tried, how wide that is
plain()
{
	sed -E -e 's/ *\+[0-9.]+ ms//g' -e 's/(less than |<)?[0-9.]+ ?(ms|s)\b/N \2/g' -e 's/time=[0-9.]+/time=N/' \
		-e 's/(sent|seen|●) +[0-9]+/\1 N/g' -e 's/\b[0-9]+ of [0-9]+\b/N of N/g' -e 's/= [0-9.\/]+ ms/= N/' \
		-e 's/\bhandle [0-9]+/handle N/g' -e 's/ +/ /g; s/ $//' "$1"
}

remake <"$page" >"$made"
if [ "${LAB_BOOK:-}" = write ]; then
	cat "$made" >"$page"
elif ! diff <(plain "$page") <(plain "$made") >"$LAB_TMP/details"; then
	fail "docs/TUTORIAL.md does not say what is printed: $(grep -m1 '^>' "$LAB_TMP/details" || true)"
fi
finish
