#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# reload – somebody loads the firewall again, all the time, while nsdoctor looks: it may not know, but it accuses nobody
#
#   NS1 ── PORT1 ─ BR ─ host (flush ruleset; the same rules again) ─ UP ── outside

set -euo pipefail

if [ "${1:-}" = --variants ]; then
	printf '%s\n' nft iptables routes
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-3}"
world
ask "$NS1" "$OUT"

nft flush ruleset
cat >"$LAB_TMP/rules" <<-END
	flush ruleset
	table inet filter {
		chain forward {
			type filter hook forward priority filter; policy drop;
			ct state established,related accept
			iifname "$BR" oifname "$UP" accept
			iifname "docker0" drop
		}
	}
	table ip nat {
		chain POSTROUTING {
			type nat hook postrouting priority srcnat; policy accept;
			ip saddr $SUBNET oifname "$UP" masquerade
		}
	}
END

again()
{
	case $1 in
	# one transaction: no packet ever sees half of it
	nft) nft -f "$LAB_TMP/rules" ;;
	iptables) iptables-nft-restore <"$LAB_TMP/iptables" ;;
	# what a routing daemon or a DHCP client does
	routes) ip route replace "$OTHER" via "$GW" && ip addr add 10.254.254.254/32 dev lo && ip addr del 10.254.254.254/32 dev lo ;;
	esac
}

case $1 in
nft | routes) nft -f "$LAB_TMP/rules" ;;
iptables)
	needs iptables-nft iptables-nft-restore iptables-nft-save
	ipt -A FORWARD -i "$BR" -o "$UP" -j ACCEPT
	ipt -A FORWARD -o "$BR" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	ipt -P FORWARD DROP
	ipt -t nat -A POSTROUTING -s "$SUBNET" -o "$UP" -j MASQUERADE
	iptables-nft-save >"$LAB_TMP/iptables"
	;;
esac
patient works || die 'the world does not work'

(
	while [ ! -e "$LAB_TMP/stop" ]; do
		again "$1" >/dev/null 2>&1
		sleep 0.0$((RANDOM % 9 + 1))
	done
) &
known=0
for ((i = 0; i < ${LAB_ROUNDS:-12} && ERRORS == 0; i++)); do
	doctor "$LAB_TMP/found" "${ASK[@]}" || break
	case $(jq -r .verdict "$LAB_TMP/found") in
	reachable) known=$((known + 1)) ;;
	unknown) ;;
	*) fail "run $i: accuses $(jq -r '[.findings[].code] | join(" ")' "$LAB_TMP/found") of what a reload does" ;;
	esac
done
touch "$LAB_TMP/stop"
wait
# routes and addresses that do not concern the flow are no reason not to know
[ "$1" != routes ] || [ "$known" -gt 0 ] || fail 'never knows anything'
finish
