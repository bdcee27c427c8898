# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shapes.sh – networks that are not the standard world of lab.sh, and rules as programs leave them behind; sourced by it

# --- rules ------------------------------------------------------------------------------------------------------------

# quiet RULE...: at the forward hook of the host, in a table that has nothing else
quiet()
{
	nft_in host <<-END
		table ip quiet {
			chain forward {
				type filter hook forward priority filter; policy accept;
				$(printf '%s\n' "$@")
			}
		}
	END
}
unquiet() { run nft delete table ip quiet; }

# on_loopback: a port of the host's loopback that leads to NS1, as Docker publishes one for this host alone
on_loopback()
{
	listen "$NS1" "$NS1ADDR:9000"
	nft_in host <<-END
		table ip pub {
			chain own {
				type nat hook output priority -100; policy accept;
				ip daddr 127.0.0.1 tcp dport 9000 dnat to $NS1ADDR
			}
			chain leave {
				type nat hook postrouting priority srcnat; policy accept;
				oifname "$BR" ip saddr 127.0.0.1 masquerade
			}
		}
	END
}

# served_by ADDRESS: who answers for the name server that the host seems to be, at its port 5353
served_by()
{
	run nft delete table ip service 2>/dev/null || true
	nft_in host <<-END
		table ip service {
			chain pre {
				type nat hook prerouting priority dstnat; policy accept;
				ip daddr $BRADDR udp dport 5353 dnat to $1:53
			}
		}
	END
}
# asks_service PORT: a datagram from this port of NS1 to it, and the answer
asks_service() { datagram_from "$NS1" "$1" "$BRADDR" 5353 2>/dev/null; }

# cloud RULE: outside, before anything else there
cloud()
{
	nft_in outside <<-END
		table netdev cloud {
			chain in {
				type filter hook ingress device up0 priority 0; policy accept;
				$1
			}
		}
	END
}
uncloud() { at outside nft delete table netdev cloud; }

# hops N: so many may pass on what NS1 sends
hops()
{
	at "$NS1" sysctl -qw net.ipv4.ip_default_ttl="$1"
	sysctl6 "$NS1" all hop_limit "$1"
	sysctl6 "$NS1" "$NS1IF" hop_limit "$1"
}

# tcp_keep NAMESPACE ADDRESS PORT: a connection that stays
tcp_keep() { within "$1" bash -c "exec 3<>/dev/tcp/$2/$3; sleep 30" >/dev/null 2>&1 & sleep 0.2; }

# translated NETWORK: what leaves the host from there
translated()
{
	nft_in host <<-END
		table ip edge {
			chain leave {
				type nat hook postrouting priority srcnat; policy accept;
				ip saddr $1 oifname "$UP" masquerade
			}
		}
	END
}

# straight: the host takes no part in what is bridged, so that answers go straight
straight() { run sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null || :; }

# taken PORT: to NS2, from wherever and for whomever; "run nft delete table inet publish" ends it
taken()
{
	nft_in host <<-END
		table inet publish {
			chain pre {
				type nat hook prerouting priority dstnat; policy accept;
				tcp dport $1 dnat ip to $NS2ADDR
			}
		}
	END
}

# published_for_all: port 5000 of the host leads to NS1, from everywhere
published_for_all()
{
	listen "$NS1" "$NS1ADDR:5000"
	nft_in host <<-END
		table ip pub {
			chain in {
				type nat hook prerouting priority dstnat; policy accept;
				ip daddr $UPADDR tcp dport 5000 dnat to $NS1ADDR:5000
			}
			chain out {
				type nat hook postrouting priority srcnat; policy accept;
			}
		}
	END
}
hairpin() { run nft "add rule ip pub out oifname \"$BR\" masquerade"; }
unhairpin() { run nft flush chain ip pub out; }

# docker_rules ipt|iptl: Docker's, with the standard bridge as one of its networks
docker_rules()
{
	local c b
	make_bridge docker0 172.17.0.1/16
	for c in DOCKER DOCKER-USER DOCKER-ISOLATION-STAGE-1 DOCKER-ISOLATION-STAGE-2; do
		run "$1" -N $c
	done
	run "$1" -t nat -N DOCKER
	run "$1" -P FORWARD DROP
	run "$1" -A FORWARD -j DOCKER-USER
	run "$1" -A FORWARD -j DOCKER-ISOLATION-STAGE-1
	for b in docker0 "$BR"; do
		run "$1" -A FORWARD -o "$b" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
		run "$1" -A FORWARD -o "$b" -j DOCKER
		run "$1" -A FORWARD -i "$b" ! -o "$b" -j ACCEPT
		run "$1" -A FORWARD -i "$b" -o "$b" -j ACCEPT
		run "$1" -A DOCKER-ISOLATION-STAGE-1 -i "$b" ! -o "$b" -j DOCKER-ISOLATION-STAGE-2
		run "$1" -A DOCKER-ISOLATION-STAGE-2 -o "$b" -j DROP
	done
	run "$1" -A DOCKER-ISOLATION-STAGE-1 -j RETURN
	run "$1" -A DOCKER-ISOLATION-STAGE-2 -j RETURN
	run "$1" -A DOCKER-USER -j RETURN
	run "$1" -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
	run "$1" -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
	run "$1" -t nat -A DOCKER -i docker0 -j RETURN
	run "$1" -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.9:80
	run "$1" -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
	run "$1" -t nat -A POSTROUTING -s "$SUBNET" ! -o "$BR" -j MASQUERADE
}

# ufw_rules ipt|iptl: ufw's, which lets the standard bridge out
ufw_rules()
{
	local c
	for c in before-logging before after after-logging reject track; do
		run "$1" -N ufw-$c-forward
		run "$1" -A FORWARD -j ufw-$c-forward
		run "$1" -N ufw-$c-input
		run "$1" -A INPUT -j ufw-$c-input
	done
	run "$1" -N ufw-user-forward
	run "$1" -N ufw-not-local
	run "$1" -A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	run "$1" -A ufw-before-forward -p icmp --icmp-type destination-unreachable -j ACCEPT
	run "$1" -A ufw-before-forward -j ufw-user-forward
	run "$1" -A ufw-before-input -i lo -j ACCEPT
	run "$1" -A ufw-before-input -m conntrack --ctstate INVALID -j DROP
	run "$1" -A ufw-before-input -j ufw-not-local
	run "$1" -A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
	run "$1" -A ufw-not-local -j DROP
	run "$1" -A ufw-user-forward -i "$BR" -o "$UP" -j ACCEPT
	run "$1" -P FORWARD DROP
	run "$1" -P INPUT DROP
}

# --- networks ---------------------------------------------------------------------------------------------------------

# proxied_veth: NS1 10.55.0.7/32 (via 169.254.1.1) ── PORT1 (proxy_arp) host ─ UP ── outside
proxied_veth()
{
	plain_sysctls host
	setup_ns "$NS1"
	attach "$NS1" "$NS1IF" 10.55.0.7/32 "$PORT1" -
	at "$NS1" ip route add 169.254.1.1 dev "$NS1IF" scope link
	at "$NS1" ip route add default via 169.254.1.1
	uplink
	run ip route add 10.55.0.7 dev "$PORT1"
	sysctl4 host "$PORT1" proxy_arp 1
	forward_on
	translated 10.55.0.0/26
	LAB_ADDRESS_OF[$NS1]=10.55.0.7
	wait_for link_is_up "$NS1" "$NS1IF"
}

unproxied()
{
	sysctl4 host "$PORT1" proxy_arp 0
	unresolved
}
unresolved() { at "$NS1" ip neigh flush dev "$NS1IF"; }

# accepting NAMESPACE ADDRESS:PORT: in place of the last listener, which does not
accepting()
{
	local pid
	pid=$(tail -n 1 "$LAB_TMP/pids")
	kill "$pid"
	while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
	listen "$1" "$2"
}

# behind_program: NS1 ── tap0 ══ a program (slirp4netns, passt) ══ outside
behind_program()
{
	plain_sysctls host
	setup_ns "$NS1"
	uplink
	taps "$NS1" tap0 outside sl0
	at outside ip addr add 10.0.2.2/24 dev sl0
	at outside ip link set dev sl0 up
	at "$NS1" ip addr add 10.0.2.100/24 dev tap0
	at "$NS1" ip link set dev tap0 up
	at "$NS1" ip route add default via 10.0.2.2
}

# machine_on_bridge: BR ─ vnet0 ══ a virtual machine that has NOBODY's address
machine_on_bridge()
{
	setup_hidden_ns machine
	taps host vnet0 machine eth0
	run ip link set dev vnet0 master "$BR"
	run ip link set dev vnet0 up
	at machine ip addr add "$NOBODY/$PFX" dev eth0
	at machine ip link set dev eth0 up
	at machine ip route add default via "$BRADDR"
	wait_for port_forwards host vnet0
}

# tunnel_on_bridge: BR ─ vx0 (1450) ═ UP ── outside ═ vx0, which has NOBODY's address
tunnel_on_bridge()
{
	run ip link add vx0 type vxlan id 42 dstport 4789 remote "$GW" dev "$UP" 2>/dev/null ||
		skip 'the kernel has no vxlan'
	run ip link set dev vx0 master "$BR"
	run ip link set dev vx0 up
	at outside ip link add vx0 type vxlan id 42 dstport 4789 remote "$UPADDR" dev up0
	at outside ip addr add "$NOBODY/$PFX" dev vx0
	at outside ip link set dev vx0 up
	wait_for port_forwards host vx0
}

# narrow_outside: outside ──(1400) far, which has the address FAR
narrow_outside()
{
	FAR=198.51.100.7
	setup_hidden_ns far
	at outside ip link add far0 type veth peer name up0 netns "$(netns_file far)"
	at outside ip addr add 198.18.9.1/24 dev far0
	at outside ip link set dev far0 mtu 1400 up
	at far ip addr add 198.18.9.2/24 dev up0
	at far ip addr add "$FAR/32" dev lo
	at far ip link set dev up0 mtu 1400 up
	at far ip route add default via 198.18.9.1 advmss 1460 # as if the narrow link were further on
	at outside ip route add "$FAR/32" via 198.18.9.2
	at outside sysctl -qw net.ipv4.ip_forward=1
	listen far "$FAR:443"
	wait_for link_is_up outside far0
}

# uploads NAMESPACE ADDRESS: more than a few packets
uploads()
{
	within "$1" timeout 2 bash -c \
		"exec 3<>/dev/tcp/$2/443; head -c 50000 /dev/zero >&3; head -c 50000 <&3 | wc -c | grep -qx 50000" 2>/dev/null
}

# nested: containers in a container, behind the standard world
#
#   inner 10.91.0.2 ── m0 ─ cbr 10.91.0.1  middle  u0 10.92.0.2 ── l0 10.92.0.1  NS1 ── PORT1 ─ BR …
#
# "middle" is a namespace without a name, until "named middle" gives it one.
nested()
{
	setup_ns inner
	setup_hidden_ns middle
	run ip link add m0 type veth peer name eth0 netns inner
	run ip link set m0 netns "$(netns_file middle)"
	run ip link add u0 netns "$(netns_file middle)" type veth peer name l0 netns "$NS1"
	at middle ip link add cbr type bridge
	at middle ip addr add 10.91.0.1/24 dev cbr
	at middle ip link set dev cbr up
	at middle ip link set dev m0 master cbr
	at middle ip link set dev m0 up
	at inner ip addr add 10.91.0.2/24 dev eth0
	at inner ip link set dev eth0 up
	at inner ip route add default via 10.91.0.1
	at middle ip addr add 10.92.0.2/24 dev u0
	at middle ip link set dev u0 up
	at "$NS1" ip addr add 10.92.0.1/24 dev l0
	at "$NS1" ip link set dev l0 up
	at middle ip route add default via 10.92.0.1
	at middle sysctl -qw net.ipv4.ip_forward=1
	at "$NS1" sysctl -qw net.ipv4.ip_forward=1
	nft_in middle <<<'table ip edge { chain leave { type nat hook postrouting priority srcnat; oifname "u0" masquerade; }; }'
	nft_in "$NS1" <<<"table ip edge { chain leave { type nat hook postrouting priority srcnat; oifname \"$NS1IF\" masquerade; }; }"
	LAB_ADDRESS_OF[inner]=10.91.0.2
	wait_for link_is_up inner eth0
	wait_for link_is_up middle cbr
	wait_for link_is_up middle u0
}

# named NAME: from now on "ip netns" knows a hidden namespace, too
named()
{
	: >"/run/netns/$1"
	mount --bind "$LAB_TMP/hidden/$1" "/run/netns/$1"
}

# on_parent NAMESPACE IF ADDRESS/PREFIX MODE [PARENT]: a macvlan in a namespace, on the uplink or what is named
on_parent()
{
	run ip link add mv0 link "${5:-$UP}" type macvlan mode "$4" 2>/dev/null || skip 'the kernel has no macvlan'
	run ip link set dev mv0 netns "$1" name "$2"
	at "$1" ip addr add "$3" dev "$2"
	at "$1" ip link set dev "$2" up
	wait_for link_is_up "$1" "$2"
}

# beside_parent: NS1 UPNOBODY ── macvlan on UP ─ host
beside_parent()
{
	plain_sysctls host
	setup_ns "$NS1"
	uplink
	on_parent "$NS1" "$NS1IF" "$UPNOBODY/$UPPFX" bridge
	LAB_ADDRESS_OF[$NS1]=$UPNOBODY
	NO_BEFORE=1
}

# shim: a macvlan of the host's own, by which it reaches its neighbours on the uplink
shim()
{
	run ip link add shim link "$UP" type macvlan mode bridge
	run ip link set dev shim up
	run ip route add "$UPNOBODY" dev shim
}
