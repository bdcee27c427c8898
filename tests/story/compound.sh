#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# compound – several faults at once: the first one is the cause, the others are next, in the order the packet meets them
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

set -euo pipefail

if [ "${1:-}" = --variants ]; then
	printf '%s\n' classic forward-and-policy link-and-route address-and-route drop-and-translation upstream-behind \
		request-and-reply three-drops \
		limit-behind
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-1}"
world
ask "$NS1" "$OUT"

# diagnosed, repaired and undone, against expectations from standard input: what "expect" and "expect.fixed" of a case
# say, divided by a line with three dashes
through()
{
	cat >"$LAB_TMP/expectations"
	sed '/^---$/,$d' "$LAB_TMP/expectations" >"$LAB_TMP/expect"
	sed '1,/^---$/d' "$LAB_TMP/expectations" >"$LAB_TMP/expect.fixed"
	state "$LAB_TMP/before"
	doctor "$LAB_TMP/found" "${ASK[@]}" || finish
	demand "$LAB_TMP/found" "$LAB_TMP/expect"
	unchanged 'a look'
	CASE=$LAB_TMP
	[ ! -s "$LAB_TMP/expect.fixed" ] || fixed
}

case $1 in
classic)
	# what every tutorial forgets: no default route, no forwarding, no translation
	at "$NS1" ip route del default
	forward_off
	nat_off
	through <<-'END'
		verdict unreachable
		exit 1
		cause no-route confirmed request icmp,tcp $NS1 *
		next ip-forward-off request host net.ipv4.ip_forward
		next masquerade-missing request host *
		---
		verdict reachable
		exit 0
		applied no-route,ip-forward-off,masquerade-missing
	END
	;;
forward-and-policy)
	needs iptables-nft
	forward_off
	run ipt -P FORWARD DROP
	run ipt -A FORWARD -o "$BR" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	through <<-'END'
		verdict unreachable
		exit 1
		cause ip-forward-off confirmed request icmp,tcp host net.ipv4.ip_forward
		next forward-drop request host ip filter FORWARD*
		---
		verdict reachable
		exit 0
		applied ip-forward-off,forward-drop
	END
	;;
link-and-route)
	at "$NS1" ip link set dev "$NS1IF" down
	nat_off
	through <<-'END'
		verdict unreachable
		exit 1
		cause link-down confirmed request icmp,tcp $NS1 $NS1IF
		next no-route request $NS1 *
		next masquerade-missing request host *
		---
		verdict reachable
		exit 0
		applied link-down,no-route,masquerade-missing
	END
	;;
address-and-route)
	# a network manager took its addresses back; with two faults only one of them can be seen
	run ip addr del "$BRADDR/$PFX" dev "$BR"
	sysctl4 host "$BR" forwarding 0
	through <<-'END'
		verdict unreachable
		exit 1
		cause gateway-missing confirmed request icmp,tcp * $BRADDR
		next forwarding-off-interface request host *
		---
		verdict reachable
		exit 0
		applied gateway-missing,forwarding-off-interface
	END
	;;
drop-and-translation)
	# the first is in iptables, the second only looks right
	needs iptables-nft
	run ipt -A FORWARD -i "$BR" -j DROP
	nat_only "$SUBNET" wg0
	through <<-'END'
		verdict unreachable
		exit 1
		cause forward-drop confirmed request icmp,tcp host ip filter FORWARD *
		next masquerade-missing request host *
		---
		verdict reachable
		exit 0
		applied forward-drop,masquerade-missing
	END
	;;
upstream-behind)
	# the part on this host is repaired and stays so, although the outside never answers
	at "$NS1" ip route replace default via "$NOBODY"
	cloud "ip daddr $OUT drop"
	through <<-'END'
		verdict unreachable
		exit 1
		cause gateway-missing confirmed request icmp,tcp * $NOBODY
		next *
		---
		verdict unreachable
		exit 1
		cause upstream-silent confirmed request icmp,tcp * *
		applied gateway-missing
		works no
	END
	;;
request-and-reply)
	# the answer's fault is only seen once the request gets through
	forward_off
	run ip route add "$SUBNET_HALF" via "$GW"
	through <<-'END'
		verdict unreachable
		exit 1
		cause ip-forward-off confirmed request icmp,tcp host net.ipv4.ip_forward
		next return-route-wrong reply host *
		---
		verdict unreachable
		exit 1
		cause return-route-wrong confirmed reply icmp,tcp host *
		applied ip-forward-off
		works no
	END
	;;
three-drops)
	# one after the other on the way out, in three hooks and two namespaces
	nft_in "$NS1" <<-END
		table ip kill {
			chain out { type filter hook output priority filter; policy accept; ip daddr $OUT drop; }
		}
	END
	nft_in host <<-END
		table ip stops {
			chain pre { type filter hook prerouting priority raw; policy accept; ip saddr $SUBNET ip daddr $OUT drop; }
			chain through { type filter hook forward priority filter; policy accept; oifname "$UP" drop; }
			chain post { type filter hook postrouting priority mangle; policy accept; oifname "$UP" ip daddr $OUT drop; }
		}
	END
	through <<-'END'
		verdict unreachable
		exit 1
		cause output-drop confirmed request icmp,tcp $NS1 ip kill out *
		next prerouting-drop request host ip stops pre *
		next forward-drop request host ip stops through *
		next postrouting-drop request host ip stops post *
		---
		verdict reachable
		exit 0
		applied output-drop,prerouting-drop,forward-drop,postrouting-drop
	END
	;;
limit-behind)
	# of a quota the kernel says how much is used
	forward_off
	quiet "oifname \"$UP\" quota over 1000 bytes used 1000 bytes drop"
	through <<-'END'
		verdict unreachable
		exit 1
		cause ip-forward-off confirmed request icmp,tcp host net.ipv4.ip_forward
		next rate-limited request host ip quiet forward *
		---
		verdict unreachable
		exit 1
		cause rate-limited confirmed request icmp,tcp host ip quiet forward *
		applied ip-forward-off
		works no
	END
	;;
esac
finish
