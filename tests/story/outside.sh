#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# outside – what is asked as a client outside never shows there: no packet of it leaves by the uplink, whatever answers
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

set -euo pipefail

if [ "${1:-}" = --variants ]; then
	printf '%s\n' answered refused rejected dropped silent ipv6
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
set=${LAB_SET:-2}
[ "$1" != ipv6 ] || set=$(((set - 1) % 3 + 4))
choose_set "$set"
world
publish 5000 "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000" udp
case $1 in
refused) ;;
*) listen "$NS1" "$NS1ADDR:5000" "$NS1ADDR:5000/udp" ;;
esac
case $1 in
rejected)
	run ipt -A FORWARD -o "$BR" -p tcp --dport 5000 -j REJECT
	run ipt -A FORWARD -o "$BR" -p udp --dport 5000 -j REJECT
	;;
dropped) run ipt -A FORWARD -i "$BR" -o "$UP" -j DROP ;;
silent) at "$NS1" ip route del default ;;
esac
state "$LAB_TMP/before"

# every packet that comes out there is counted; a neighbour may be asked for
nft_in outside <<-END
	table netdev wire {
		chain in {
			type filter hook ingress device "up0" priority -500; policy accept;
			meta protocol ip counter
			icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report } accept
			meta protocol ip6 counter
		}
	}
END
came() { within outside nft list chain netdev wire in | sed -n 's/.*counter packets \([0-9]*\).*/\1/p' | awk '{ n += $1 } END { print n }'; }

[ "$(came)" = 0 ] || fail 'packets come out before anything is asked'
for question in "$NS1:5000" "$NS1:5000/udp" "$(in_brackets "$UPADDR"):5000" "$UPADDR" "$(in_brackets "$NS1ADDR"):5000"; do
	doctor "$LAB_TMP/found" outside "$question" || continue
	[ "$(jq '[.unchecked[] | select(.what == "packets from outside")] | length' "$LAB_TMP/found")" = 0 ] ||
		fail "outside $question: no packets were sent"
done
# a listener that was left half open would repeat its answer after a second
sleep 1.2
[ "$(came)" = 0 ] || fail "$(came) packets came out by the uplink"
unchanged 'asking from outside'

# the control: an ordinary client there is counted
[ "$1" != answered ] && [ "$1" != ipv6 ] || { tcp_works outside "$UPADDR" 5000 && [ "$(came)" -gt 0 ]; } || fail 'nothing is counted at all'
finish
