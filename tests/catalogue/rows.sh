# shellcheck shell=bash disable=SC2016 # rows are run later
# SPDX-License-Identifier: GPL-2.0-or-later
#
# rows.sh – faults of the field that have no case of their own, one row each; tests/story/catalogue.sh runs them
#
#   row NAME 'QUESTION' 'EXPECTED' HEALS <<'END'
#   commands that break the standard world of tests/lib/lab.sh
#   END
#
# QUESTION is what nsdoctor is asked. EXPECTED is the verdict and, behind it, "ROLE CODE DIRECTION" of every cause and next,
# divided by commas.
# HEALS is "heals" where --fix --yes repairs it, else "manual"; "full" behind it: only in tests/run-lab --full.
# docs/CATALOGUE.md says which fault is where.

# --- links ------------------------------------------------------------------------------------------------------------

row bridge-mac-changed '$NS1 $OUT' 'unreachable cause neighbour-wrong request' heals <<'END'
at "$NS1" ip neigh replace "$BRADDR" lladdr 02:00:00:00:00:01 nud permanent dev "$NS1IF"
END

row arp-ignore '$NS1 $OUT' 'unreachable cause arp-disabled request' heals <<'END'
sysctl4 host "$BR" arp_ignore 8
run ip neigh replace "$NS1ADDR" lladdr "$(mac_of "$NS1" "$NS1IF")" nud permanent dev "$BR"
at "$NS1" ip neigh flush dev "$NS1IF"
END

row proxy-arp-no-route '$NS1 $OUT' 'unreachable cause proxy-arp-off request' manual <<'END'
run ip link set dev "$PORT1" nomaster
at "$NS1" ip addr flush dev "$NS1IF"
at "$NS1" ip addr add "$FREE/32" dev "$NS1IF"
at "$NS1" ip route add 169.254.1.1 dev "$NS1IF" scope link
at "$NS1" ip route add default via 169.254.1.1
run ip route add "$FREE" dev "$PORT1"
sysctl4 host "$PORT1" proxy_arp 1
run ip route add "$OUT" via "$GW"
run ip route del default
END

row vswitch-drops-macvlan '$NS1 $GW' 'unreachable cause neighbour-failed request' manual <<'END'
on_parent "$NS1" mv0 "$UPNOBODY/$UPPFX" bridge
cloud "ether saddr != $(mac_of host "$UP") drop"
END

# --- addresses --------------------------------------------------------------------------------------------------------

row prefix-too-narrow '$NS1 $OUT' 'unreachable cause wrong-subnet request' manual <<'END'
at "$NS1" ip addr flush dev "$NS1IF"
at "$NS1" ip addr add "$NS1ADDR/32" dev "$NS1IF"
END

row bridge-prefix-32 '$NS1 $OUT' 'unreachable cause wrong-subnet reply' manual <<'END'
run ip addr del "$BRADDR/$PFX" dev "$BR"
run ip addr add "$BRADDR/32" dev "$BR"
END

row subnet-routed-away '$NS1 $OUT' 'unreachable cause return-route-wrong reply' manual <<'END'
run ip route add "$NS1ADDR/32" via "$GW"
END

row destination-on-dead-bridge '$NS1 $OUT' 'unreachable cause neighbour-failed request' manual <<'END'
make_bridge br-old "${OUTNET%.0/24}.1/24"
END

row two-bridges-one-subnet '$NS1 $OUT' 'unreachable cause return-route-wrong reply' manual <<'END'
make_bridge br-new "$NOBODY/$PFX"
run ip route del "$SUBNET" dev "$BR"
END

row destination-in-own-subnet '$NS1 $NOBODY' 'unreachable cause neighbour-failed request' manual <<'END'
at outside ip addr add "$NOBODY/32" dev lo
END

row address-expired '$NS1 $OUT' 'unreachable cause no-address request' manual full <<'END'
at "$NS1" ip addr del "$NS1ADDR/$PFX" dev "$NS1IF"
at "$NS1" ip addr add "$NS1ADDR/$PFX" dev "$NS1IF" valid_lft 1 preferred_lft 1
at "$NS1" ip route add default via "$BRADDR"
sleep 2.2
END

row source-that-nobody-knows '$NS1 $OUT' 'unreachable cause masquerade-missing request, next return-route-missing reply' heals <<'END'
at "$NS1" ip addr add 10.199.9.9/32 dev "$NS1IF"
at "$NS1" ip route replace default via "$BRADDR" src 10.199.9.9
END

row uplink-without-address '$NS1 $OUT' 'unreachable cause host-no-route request' manual <<'END'
run ip addr flush dev "$UP"
END

# --- routes in the namespace ------------------------------------------------------------------------------------------

row gateway-not-on-link '$NS1 $OUT' 'unreachable cause gateway-missing request' manual <<'END'
at "$NS1" ip route replace default via 10.199.0.1 dev "$NS1IF" onlink
END

row more-specific-route '$NS1 $OUT' 'unreachable cause ip-forward-off request' manual full <<'END'
at "$NS1" ip route add "$OUTNET" via "$NS2ADDR"
END

row more-specific-dead '$NS1 $OUT' 'unreachable cause gateway-missing request' heals full <<'END'
at "$NS1" ip route add "$OUTNET" via "$NOBODY"
END

row rules-deleted '$NS1 $OUT' 'unreachable cause route-policy request' manual <<'END'
at "$NS1" ip rule del pref 32766
END

row default-by-dead-link '$NS1 $OUT' 'unreachable cause link-down request, next martian-source request' manual <<'END'
at "$NS1" ip link add dead0 type veth peer name dead1
at "$NS1" ip addr add 10.77.0.2/24 dev dead0
at "$NS1" ip link set dev dead0 up
at "$NS1" ip route del default
at "$NS1" ip route add default via "$BRADDR" metric 100
at "$NS1" ip route add default via 10.77.0.1 dev dead0 metric 10
END

row default-by-inner-network '$NS1 $OUT' 'unreachable cause masquerade-missing request' heals <<'END'
make_bridge br-in 10.199.0.1/24
attach "$NS1" in1 10.199.0.2/24 in0 br-in
at "$NS1" ip route replace default via 10.199.0.1
END

row destination-is-own '$NS1 $OUT:443' 'unreachable cause service-not-listening request' manual <<'END'
at "$NS1" ip addr add "$OUT/32" dev lo
END

# --- routes on the host -----------------------------------------------------------------------------------------------

row default-by-bridge '$NS1 $OUT' 'unreachable cause neighbour-failed request' manual <<'END'
run ip route del default
run ip route add default via "$GW" metric 100
run ip addr add 169.254.10.1/16 dev "$BR"
run ip route add default dev "$BR" scope link metric 10
END

row policy-rule-to-blackhole '$NS1 $OUT' 'unreachable cause route-blackhole request' heals <<'END'
run ip rule add from "$SUBNET" lookup 100 pref 100
run ip route add blackhole default table 100
END

row vpn-rule-takes-answers '$NS1 $OUT' 'unreachable cause route-policy request' manual <<'END'
run ip link add tun0 type veth peer name tunp
run ip addr add 10.66.0.1/24 dev tun0
run ip link set dev tun0 up
run ip link set dev tunp up
run ip route add default dev tun0 table 7113
run ip rule add not fwmark 0x711e lookup 7113 pref 28958
END

row redirect-to-nobody '$NS1 $OUT' 'unreachable cause gateway-missing request' heals full <<'END'
at "$NS1" ip route add "$OUT" via "$NOBODY"
END

row subnet-by-dead-tunnel '$NS1 $OUT' 'unreachable cause link-down reply, next return-route-wrong reply' manual <<'END'
run ip link add ovn0 type veth peer name ovnp
run ip addr add 10.198.0.2/24 dev ovn0
run ip link set dev ovn0 up
run ip route add "$SUBNET_HALF" via 10.198.0.1
END

# --- filter -----------------------------------------------------------------------------------------------------------

row accept-after-reject '$NS1 $OUT' 'unreachable cause forward-drop request, next forward-drop reply' heals full <<'END'
run ipt -A FORWARD -j REJECT --reject-with icmp-host-prohibited
run ipt -A FORWARD -i "$BR" -o "$UP" -j ACCEPT
run ipt -A FORWARD -i "$UP" -o "$BR" -j ACCEPT
END

row networks-isolated '$NS1 10.199.0.2' 'unreachable cause forward-drop request, next forward-drop reply' heals <<'END'
make_bridge br-two 10.199.0.1/24
run ip link set dev "$PORT2" master br-two
at "$NS2" ip addr flush dev "$NS2IF"
at "$NS2" ip addr add 10.199.0.2/24 dev "$NS2IF"
at "$NS2" ip route add default via 10.199.0.1
for chain in STAGE-1 STAGE-2; do run ipt -N "$chain"; done
run ipt -I FORWARD -j STAGE-1
run ipt -A STAGE-1 -i "$BR" ! -o "$BR" -j STAGE-2
run ipt -A STAGE-1 -i br-two ! -o br-two -j STAGE-2
run ipt -A STAGE-2 -o "$BR" -j DROP
run ipt -A STAGE-2 -o br-two -j DROP
END

row chain-without-jump '$NS1 $OUT' 'unreachable cause forward-drop request, next forward-drop reply' heals full <<'END'
run ipt -N DOCKER
run ipt -A DOCKER -i "$BR" -j ACCEPT
run ipt -A DOCKER -o "$BR" -j ACCEPT
run ipt -P FORWARD DROP
END

row accept-for-another-bridge '$NS1 $OUT' 'unreachable cause forward-drop request, next forward-drop reply' heals full <<'END'
run ipt -P FORWARD DROP
run ipt -A FORWARD -i docker0 -j ACCEPT
run ipt -A FORWARD -o docker0 -j ACCEPT
END

row accept-by-old-index '$NS1 $OUT' 'unreachable cause forward-drop request, next forward-drop reply' heals <<'END'
nft_in host <<<'table inet f { chain forward { type filter hook forward priority 0; policy drop; iif "'"$PORT1"'" accept; oif "'"$PORT2"'" accept; }; }'
END

row rpfilter-match '$NS1 $OUT' 'unreachable cause prerouting-drop reply' manual <<'END'
second_uplink
run ipt -t raw -A PREROUTING -m rpfilter --invert -j DROP
END

row arp-family-drop '$NS1 $OUT' 'unreachable cause input-drop request' manual full <<'END'
nft_in host <<<'table arp f { chain in { type filter hook input priority 0; policy drop; }; }'
forget_neighbours
END

row length-limit '$NS1 $OUT' 'degraded cause forward-drop request' manual <<'END'
nft_in host <<<'table ip lp { chain f { type filter hook forward priority 0; ip length gt 1000 counter drop; }; }'
END

row invalid-half-untracked '$NS1 $OUT:443' 'unreachable cause forward-drop request, next conntrack-notrack request' manual <<'END'
nft_in host <<-RULES
	table ip inv {
		chain raw { type filter hook prerouting priority raw; iifname "$BR" ip daddr $OUT tcp dport 443 notrack; }
		chain f { type filter hook forward priority 0; ct state { invalid, untracked } counter drop; }
	}
RULES
END

row queue-without-listener '$NS1 $OUT' 'unreachable cause forward-drop request, next forward-drop reply' heals full <<'END'
run ipt -I FORWARD -j NFQUEUE --queue-num 7
END

row internal-network '$NS1 $OUT' 'unreachable cause no-route request, next forward-drop request, next forward-drop reply' heals <<'END'
at "$NS1" ip route del default
run ipt -I FORWARD 1 ! -s "$SUBNET" -o "$BR" -j DROP
run ipt -I FORWARD 2 ! -d "$SUBNET" -i "$BR" -j DROP
END

row blocklist-set '$NS1 $OUT' 'unreachable cause forward-drop request' heals full <<'END'
nft_in host <<<"table ip bl { set s { type ipv4_addr; flags interval; elements = { $SUBNET }; }; chain f { type filter hook forward priority 0; ip saddr @s drop; }; }"
END

# --- NAT --------------------------------------------------------------------------------------------------------------

row masquerade-by-first-address '$NS1 $OUT' 'unreachable cause upstream-silent request' manual full <<'END'
run ip addr flush dev "$UP"
run ip addr add "$UPNOBODY/$UPPFX" dev "$UP"
run ip addr add "$UPADDR/$UPPFX" dev "$UP"
run ip route add default via "$GW" src "$UPADDR"
cloud "ip saddr $UPNOBODY drop"
END

row nat-in-ipv6-only '$NS1 $OUT' 'unreachable cause masquerade-missing request' heals full <<'END'
nat_off
command nft "table inet n2 { chain post { type nat hook postrouting priority srcnat; meta nfproto ipv6 oifname \"$UP\" masquerade; }; }"
END

row snat-legacy-first '$NS1 $OUT' 'unreachable cause snat-wrong-source request' manual <<'END'
needs iptables-legacy
run iptl -t nat -A POSTROUTING -s "$SUBNET" -o "$UP" -j SNAT --to-source "$UPNOBODY"
END

row zone-of-one-direction '$NS1 $OUT' 'unreachable cause packet-loss reply' manual full <<'END'
nft_in host <<<"table ip z { chain pre { type filter hook prerouting priority raw; iifname \"$BR\" ct zone set 5; }; }"
END

# --- outside ----------------------------------------------------------------------------------------------------------

row outside-has-no-way-back '$NS1 $OUT' 'unreachable cause upstream-silent request' manual full <<'END'
at outside ip route add blackhole "$UPADDR/32"
END

row cloud-drops-untranslated '$NS1 $OUT' 'unreachable cause masquerade-missing request' heals full <<'END'
nat_off
at outside ip route add "$SUBNET" via "$UPADDR"
cloud "ip saddr $SUBNET drop"
END

# --- services ---------------------------------------------------------------------------------------------------------

row service-ipv6-only '$NS1 $NS2:81' 'unreachable cause service-not-listening request' manual <<'END'
listen "$NS2" ":::81"
END

row service-elsewhere '$NS1 $NS2:81' 'unreachable cause service-not-listening request' manual full <<'END'
listen host "$BRADDR:81"
END

row name-server-not-on-bridge '$NS1 $BRADDR:53/udp' 'unreachable cause service-loopback-only request' manual full <<'END'
listen host 127.0.0.1:53/udp
END

row dns-over-tcp-blocked '$NS1 $OUT:53' 'unreachable cause forward-drop request' heals full <<'END'
nft_in host <<<'table ip dt { chain f { type filter hook forward priority 0; tcp dport 53 counter drop; }; }'
END
