# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lab.sh – small networks to break, for the tests and the demonstration; sourced by bash.
#
# The caller is already inside throw-away namespaces (tests/lib/enter makes them, without root too). What is called
# "host" here is the network namespace the caller is in; "outside" owns the destination and is nowhere to be found by
# name, as the internet is not; every other namespace is an ordinary one of "ip netns".
#
#   NS1 ─ NS1IF NS1ADDR ── PORT1 ┐
#                                BR BRADDR/PFX   host   UP UPADDR/UPPFX ── GW outside OUT
#   NS2 ─ NS2IF NS2ADDR ── PORT2 ┘
#
# The names and addresses come in sets, so that nothing can be right for "br0" only; LAB_SET chooses one. Sets 4, 5 and 6
# are 1, 2 and 3 with IPv6 addresses: there "ip" speaks of IPv6, "ipt" is ip6tables, and the other helpers do as much.
#
# shellcheck disable=SC2034 # variables for the cases

set -euo pipefail
export LC_ALL=C

LAB_TMP=${LAB_TMP:?made by tests/lib/enter}
LAB_NAMESPACES=()                       # all but the host
LAB_VARS=''                             # what "expect" may speak of
declare -A LAB_ADDRESS_OF=()

# --- talking ----------------------------------------------------------------------------------------------------------

die() { printf 'lab: %s\n' "$*" >&2; exit 1; }
skip() { printf '%s\n' "$*" >"$LAB_TMP/skip"; exit 77; }

# needs COMMAND...: skip the test where one of them is not installed
needs()
{
	local c
	for c; do
		command -v "$c" >/dev/null || skip "$c is not installed"
	done
}

# run COMMAND...: run it, shown under LAB_VERBOSE=1
run()
{
	[ -z "${LAB_VERBOSE:-}" ] || printf '    $ %s\n' "$*" >&2
	"$@"
}

# In an IPv6 world "ip" speaks of that; an address is to be there at once, without a look for duplicates.
ip()
{
	if [ -z "${LAB_IPV6:-}" ]; then
		command ip "$@"
		return
	fi
	case " $* " in
	*' addr add '*) command ip -6 "$@" nodad ;;
	*) command ip -6 "$@" ;;
	esac
}

# in_brackets ADDRESS: as it stands before a port
in_brackets()
{
	case $1 in *:*) printf '[%s]' "$1" ;; *) printf %s "$1" ;; esac
}

# at NAMESPACE COMMAND...: the same in a namespace: host, outside or a name
at()
{
	local ns=$1
	shift
	[ -z "${LAB_VERBOSE:-}" ] || printf '    %-8s $ %s\n' "$ns" "$*" >&2
	within "$ns" "$@"
}

within()
{
	local ns=$1
	shift
	if [ "$ns" = host ]; then
		"$@"
	elif [ "$1" = ip ] && [ -e "/run/netns/$ns" ]; then
		ip -n "$ns" "${@:2}"
	elif [ "$1" = ip ] && [ -n "${LAB_IPV6:-}" ]; then
		case " $* " in *' addr add '*) set -- "$@" nodad ;; esac
		nsenter --net="$(netns_file "$ns")" -- ip -6 "${@:2}"
	else
		nsenter --net="$(netns_file "$ns")" -- "$@"
	fi
}

netns_file()
{
	if [ "$1" = host ]; then
		echo /proc/self/ns/net
	elif [ -e "$LAB_TMP/hidden/$1" ]; then
		echo "$LAB_TMP/hidden/$1"
	else
		echo "/run/netns/$1"
	fi
}

# wait_for COMMAND...: until it succeeds; a state, never a time
wait_for()
{
	local i
	for ((i = 0; i < 500; i++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.01
	done
	die "waited in vain for: $*"
}

link_is_up() { within "$1" ip -o link show dev "$2" | grep -q ' state \(UP\|UNKNOWN\) '; }
link_is_not_up() { ! link_is_up "$@"; }
port_forwards() { within "$1" bridge link show dev "$2" | grep -q 'state forwarding'; }
neighbour_is() { within "$1" ip neigh show "$2" | grep -q "$3"; }

# --- the sets ---------------------------------------------------------------------------------------------------------

choose_set()
{
	LAB_SET=$1
	FREE=198.51.100.9               # nobody's
	OTHER=10.99.0.0/16              # a network that has nothing to do with anything
	case $1 in
	1)      # the tutorial with br0
		BR=br0 BRADDR=192.168.0.1 PFX=16 SUBNET=192.168.0.0/16
		NS1=netns1 NS1IF=ceth0 NS1ADDR=192.168.0.2 PORT1=veth0
		NS2=netns2 NS2IF=ceth0 NS2ADDR=192.168.0.3 PORT2=veth1
		NOBODY=192.168.0.99 SUBNET_HALF=192.168.0.0/17
		UP=eth0 UPADDR=172.31.8.154 UPPFX=20 UPNET=172.31.0.0/20 GW=172.31.0.1 UPNOBODY=172.31.0.99
		OUT=8.8.8.8 OUTNET=8.8.8.0/24
		;;
	2)      # the tutorial with red and green
		BR=br BRADDR=10.0.0.1 PFX=24 SUBNET=10.0.0.0/24
		NS1=red NS1IF=veth-red NS1ADDR=10.0.0.11 PORT1=veth-red-br
		NS2=green NS2IF=veth-green NS2ADDR=10.0.0.12 PORT2=veth-green-br
		NOBODY=10.0.0.99 SUBNET_HALF=10.0.0.0/25
		UP=ens33 UPADDR=192.168.44.128 UPPFX=24 UPNET=192.168.44.0/24 GW=192.168.44.2 UPNOBODY=192.168.44.99
		OUT=8.8.8.8 OUTNET=8.8.8.0/24
		;;
	3)      # whatever a name and an address may be
		BR=lan.7 BRADDR=100.64.11.254 PFX=22 SUBNET=100.64.8.0/22
		NS1=Web-1.prod NS1IF=eth0 NS1ADDR=100.64.8.200 PORT1=tap_web.1
		NS2=db_2 NS2IF=eth0 NS2ADDR=100.64.8.7 PORT2=tap_db.2
		NOBODY=100.64.9.99 SUBNET_HALF=100.64.8.0/23
		UP=enp0s31f6 UPADDR=203.0.113.42 UPPFX=29 UPNET=203.0.113.40/29 GW=203.0.113.41 UPNOBODY=203.0.113.45
		OUT=9.9.9.9 OUTNET=9.9.9.0/24
		;;
	4)
		choose_set 1
		BRADDR=fd00:192:168::1 PFX=64 SUBNET=fd00:192:168::/64
		NS1ADDR=fd00:192:168::2 NS2ADDR=fd00:192:168::3
		NOBODY=fd00:192:168::99 SUBNET_HALF=fd00:192:168::/65
		UPADDR=2001:db8:31::154 UPPFX=64 UPNET=2001:db8:31::/64 GW=2001:db8:31::1 UPNOBODY=2001:db8:31::99
		OUT=2001:4860:4860::8888 OUTNET=2001:4860:4860::/48
		;;
	5)
		choose_set 2
		BRADDR=fdaa:1:2:3::1 PFX=80 SUBNET=fdaa:1:2:3::/80
		NS1ADDR=fdaa:1:2:3::11 NS2ADDR=fdaa:1:2:3::12
		NOBODY=fdaa:1:2:3::99 SUBNET_HALF=fdaa:1:2:3::/96
		UPADDR=fdbb:44::128 UPPFX=64 UPNET=fdbb:44::/64 GW=fdbb:44::2 UPNOBODY=fdbb:44::99
		OUT=2001:4860:4860::8844 OUTNET=2001:4860:4860::/48
		;;
	6)
		choose_set 3
		BRADDR=fd64:11::fe PFX=120 SUBNET=fd64:11::/120
		NS1ADDR=fd64:11::c8 NS2ADDR=fd64:11::7
		NOBODY=fd64:11::63 SUBNET_HALF=fd64:11::/121
		UPADDR=2001:db8:203:113::42 UPPFX=125 UPNET=2001:db8:203:113::40/125 GW=2001:db8:203:113::41
		UPNOBODY=2001:db8:203:113::45
		OUT=2620:fe::9 OUTNET=2620:fe::/48
		;;
	*) die "there is no set $1" ;;
	esac
	LAB_SET=$1 LAB_IPV6='' ONE=32   # the length of a prefix that holds one address
	ANY=0.0.0.0                     # where a service listens that listens everywhere
	if [ "$1" -gt 3 ]; then
		LAB_IPV6=1 ONE=128 ANY=::
		FREE=2001:db8:ffff::9 OTHER=fd99:99::/32
	fi
	LAB_VARS="NS1IF NS1ADDR NS1 NS2IF NS2ADDR NS2 PORT1 PORT2 BRADDR BR PFX SUBNET_HALF SUBNET UPADDR UPPFX UPNET \
UPNOBODY UP GW OUTNET OUT NOBODY FREE OTHER"
	LAB_ADDRESS_OF=([$NS1]=$NS1ADDR [$NS2]=$NS2ADDR)
}

# --- pieces -----------------------------------------------------------------------------------------------------------

# What a machine sets for itself must not decide a test: the same start in every namespace.
plain_sysctls()
{
	within "$1" bash -c '
		cd /proc/sys/net
		for c in all default; do
			for k in forwarding force_forwarding accept_dad proxy_ndp disable_ipv6 use_tempaddr; do
				echo 0 >ipv6/conf/$c/$k
			done
			for k in forwarding rp_filter arp_ignore arp_announce arp_filter accept_local proxy_arp \
				route_localnet src_valid_mark log_martians; do
				echo 0 >ipv4/conf/$c/$k
			done
		done
		echo 0 >ipv4/ip_forward
		echo 0 >ipv4/icmp_echo_ignore_all
		echo 0 >ipv6/icmp/echo_ignore_all
		# so that no test fails because another one was answered just before
		echo 0 >ipv4/icmp_ratelimit
		echo 0 >ipv6/icmp/ratelimit
	' 2>/dev/null || true
	within "$1" ip link set dev lo up
}

# setup_ns NAME...
setup_ns()
{
	local ns
	for ns; do
		run ip netns add "$ns"
		LAB_NAMESPACES+=("$ns")
		plain_sysctls "$ns"
	done
}

# setup_hidden_ns NAME: a namespace that nobody can find by name; "at NAME" does
setup_hidden_ns()
{
	mkdir -p "$LAB_TMP/hidden"
	: >"$LAB_TMP/hidden/$1"
	unshare -n mount --bind /proc/self/ns/net "$LAB_TMP/hidden/$1"
	LAB_NAMESPACES+=("$1")
	plain_sysctls "$1"
}

# bridge NAME [ADDRESS/PREFIX]
make_bridge()
{
	run ip link add name "$1" type bridge
	[ -z "${2:-}" ] || run ip addr add "$2" dev "$1"
	run ip link set dev "$1" up
}

# attach NAMESPACE IF ADDRESS/PREFIX PORT BRIDGE [GATEWAY]: a namespace by a veth to a bridge; "-" is no bridge
attach()
{
	run ip link add name "$4" type veth peer name "$2" netns "$1"
	[ "$5" = - ] || run ip link set dev "$4" master "$5"
	run ip link set dev "$4" up
	at "$1" ip addr add "$3" dev "$2"
	at "$1" ip link set dev "$2" up
	[ -z "${6:-}" ] || at "$1" ip route add default via "$6"
}

# uplink: the way out, and somebody there who answers echo, TCP 443 and UDP 53, and has no route to what lies behind
# the host
uplink()
{
	setup_hidden_ns outside
	run ip link add name "$UP" type veth peer name up0 netns "$(netns_file outside)"
	run ip addr add "$UPADDR/$UPPFX" dev "$UP"
	run ip link set dev "$UP" up
	within outside ip addr add "$GW/$UPPFX" dev up0
	within outside ip link set dev up0 up
	within outside ip addr add "$OUT/$ONE" dev lo
	run ip route add default via "$GW"
	listen outside "$OUT:443" "$OUT:53" "$OUT:53/udp"
}

forward_on() { run sysctl -qw "$(forward_switch)=1"; }
forward_off() { run sysctl -qw "$(forward_switch)=0"; }
forward_switch() { if [ -n "$LAB_IPV6" ]; then echo net.ipv6.conf.all.forwarding; else echo net.ipv4.ip_forward; fi; }

# sysctl4 NAMESPACE INTERFACE KEY VALUE: for one interface, whatever dots its name has
sysctl4()
{
	[ -z "${LAB_VERBOSE:-}" ] || printf '    %-8s $ sysctl -w net/ipv4/conf/%s/%s=%s\n' "$1" "$2" "$3" "$4" >&2
	within "$1" sh -c "echo $4 >'/proc/sys/net/ipv4/conf/$2/$3'"
}

# needs_egress: netdev chains that see what leaves, Linux 5.16
needs_egress()
{
	unshare -n nft -f - 2>/dev/null <<-END || skip 'the kernel has no netdev egress hook'
	table netdev t {
		chain c { type filter hook egress device "lo" priority 0; }
	}
	END
}

# needs_bridge_nf: bridged packets cross the IP chains
needs_bridge_nf()
{
	[ "$(cat /proc/sys/net/bridge/bridge-nf-call-iptables 2>/dev/null)" = 1 ] || skip 'no bridge-nf-call-iptables'
}

# sysctl6 NAMESPACE INTERFACE KEY VALUE: the same of IPv6
sysctl6()
{
	[ -z "${LAB_VERBOSE:-}" ] || printf '    %-8s $ sysctl -w net/ipv6/conf/%s/%s=%s\n' "$1" "$2" "$3" "$4" >&2
	within "$1" sh -c "echo $4 >'/proc/sys/net/ipv6/conf/$2/$3'"
}

# The tools by backend. Where both are installed, "iptables" may be either, so the name with the backend goes first.
ipt_name()
{
	local name=iptables
	[ -z "$LAB_IPV6" ] || name=ip6tables
	if command -v "$name-nft" >/dev/null; then
		echo "$name-nft"
	else
		echo "$name"
	fi
}
ipt() { "$(ipt_name)" -w "$@"; }
iptl() { if [ -n "$LAB_IPV6" ]; then ip6tables-legacy -w "$@"; else iptables-legacy -w "$@"; fi; }

# ipt_in NAMESPACE ARGUMENT...: the same there
ipt_in()
{
	local ns=$1
	shift
	at "$ns" "$(ipt_name)" -w "$@"
}

# in_family: what a ruleset says of IPv4, said of IPv6
in_family()
{
	if [ -n "$LAB_IPV6" ]; then
		sed -E -e 's/\bip (saddr|daddr)\b/ip6 \1/g' -e 's/\bip protocol icmp\b/meta l4proto icmpv6/g' -e 's/\bicmp type\b/icmpv6 type/g' \
			-e 's/\b(table|chain|rule|inet|snat|dnat) ip\b/\1 ip6/g' -e 's/\bip protocol\b/meta l4proto/g' -e 's/\bl4proto icmp\b/l4proto icmpv6/g' -e 's/\bip ttl\b/ip6 hoplimit/g'
	else
		cat
	fi
}

# nft_in NAMESPACE: a ruleset from standard input
nft_in()
{
	local text
	text=$(in_family)
	[ -z "${LAB_VERBOSE:-}" ] || printf '    %-8s $ nft -f - <<END\n%s\n' "$1" "$text" | sed '2,$s/^/        /' >&2
	within "$1" nft -f - <<<"$text"
}

# nat_on: what translates the inner network; another backend in each set
nat_on()
{
	case $LAB_SET in
	1 | 4) run ipt -t nat -A POSTROUTING -s "$SUBNET" ! -o "$BR" -j MASQUERADE ;;
	2 | 5) run ipt -t nat -A POSTROUTING -s "$SUBNET" -o "$UP" -j MASQUERADE ;;
	3 | 6) nft_in host <<-END ;;
		table inet edge {
			chain leave {
				type nat hook postrouting priority srcnat; policy accept;
				ip saddr $SUBNET oifname "$UP" masquerade
			}
		}
		END
	esac
}

nat_off()
{
	case $LAB_SET in
	1 | 2 | 4 | 5) run ipt -t nat -F POSTROUTING ;;
	3 | 6) run nft flush chain inet edge leave ;;
	esac
}

# nat_only SOURCE OUT-INTERFACE: only what comes from there and leaves by that is translated
nat_only()
{
	nat_off
	case $LAB_SET in
	1 | 2 | 4 | 5) run ipt -t nat -A POSTROUTING -s "$1" -o "$2" -j MASQUERADE ;;
	3 | 6) nft_in host <<<"add rule inet edge leave ip saddr $1 oifname \"$2\" masquerade" ;;
	esac
}

# publish PORT ADDRESS:PORT [PROTOCOL]: a port of the host's uplink address leads there; another backend in each set
publish()
{
	local to proto=${3:-tcp}
	to=$(in_brackets "${2%:*}"):${2##*:}
	case $LAB_SET in
	1 | 4) run ipt -t nat -A PREROUTING -i "$UP" -p "$proto" --dport "$1" -j DNAT --to-destination "$to" ;;
	2 | 5) run ipt -t nat -A PREROUTING -d "$UPADDR" -p "$proto" -m "$proto" --dport "$1" -j DNAT --to-destination "$to" ;;
	3 | 6)
		within host nft list chain inet edge enter >/dev/null 2>&1 || nft_in host <<-END
			table inet edge {
				chain enter {
					type nat hook prerouting priority dstnat; policy accept;
				}
			}
		END
		nft_in host <<<"add rule inet edge enter iifname \"$UP\" $proto dport $1 dnat ip to $to"
		;;
	esac
}

# unpublish: none does any more
unpublish()
{
	case $LAB_SET in
	1 | 2 | 4 | 5) run ipt -t nat -F PREROUTING ;;
	3 | 6) run nft flush chain inet edge enter ;;
	esac
}

# snat_to ADDRESS: instead of masquerading
snat_to()
{
	nat_off
	case $LAB_SET in
	1 | 2 | 4 | 5) run ipt -t nat -A POSTROUTING -s "$SUBNET" -o "$UP" -j SNAT --to-source "$1" ;;
	3 | 6) nft_in host <<<"add rule inet edge leave ip saddr $SUBNET oifname \"$UP\" snat ip to $1" ;;
	esac
}

# listen NAMESPACE ADDRESS:PORT[/udp|/silent|/dual|/dns=ADDRESS|/backlog=N]...
listen()
{
	local ns=$1 arg=() at
	shift
	[ "$ns" = host ] || arg=(-n "$(netns_file "$ns")")
	for at; do
		arg+=("$(in_brackets "${at%:*}"):${at##*:}")
	done
	"${LAB_LISTEN:?}" "${arg[@]}" >>"$LAB_TMP/pids"
}

# datagram_from NAMESPACE PORT ADDRESS PORT: one from this port there to the other one, and its answer
datagram_from()
{
	at "$1" timeout 3 python3 - "${@:2}" <<-END
		import socket, sys
		own, address, port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
		s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("", own))
		s.settimeout(0.5)
		s.sendto(b"hello", (address, port))
		s.recv(99)
	END
}

# taps NAMESPACE TAP NAMESPACE TAP: two taps, and a program between them, as between a virtual machine and its host
taps()
{
	"${LAB_LISTEN:?}" -t "$(netns_file "$1")" "$2" "$(netns_file "$3")" "$4" >>"$LAB_TMP/pids"
}

# resolvers [ADDRESS...]: what resolv.conf says to every namespace that has none of its own
resolvers()
{
	local a
	[ -e /etc/resolv.conf ] || skip 'there is no /etc/resolv.conf to lay another one over'
	for a; do
		echo "nameserver $a"
	done >"$LAB_TMP/resolv.conf"
	mount --bind "$LAB_TMP/resolv.conf" /etc/resolv.conf
}

# name_server NAMESPACE ADDRESS: one there that says of every name that it is $OUT
name_server() { listen "$1" "$2:53/dns=$OUT"; }

# advertise NAMESPACE IF: one router advertisement on that link
advertise() { "${LAB_LISTEN:?}" -n "$(netns_file "$1")" -a "$2"; }

# finish_checksums NAMESPACE IF: what leaves by it carries its checksum, as what leaves this machine does
finish_checksums() { "${LAB_LISTEN:?}" -n "$(netns_file "$1")" -s "$2"; }

# unfinished NAMESPACE IF WHAT: stands in for a card that leaves the checksums of these TCP packets as they are
unfinished()
{
	nft_in "$1" <<-END
		table netdev card {
			chain out {
				type filter hook egress device "$2" priority 0; policy accept;
				$3 tcp checksum set 0x1234
			}
		}
	END
}

# mac_of NAMESPACE IF
mac_of() { within "$1" ip -o link show dev "$2" | sed 's/.*link\/ether \([^ ]*\).*/\1/'; }

# xdp IF drop|pass: a program on an interface of the host that says so of every packet
xdp() { run "${LAB_LISTEN:?}" -x "$1" "$2" 2>/dev/null || skip 'no XDP program can be attached'; }

# filter IF ingress|egress [SOURCE]: one of traffic control that drops everything, or what comes from that IPv4 address
filter()
{
	local code='1,6 0 0 2'
	[ -z "${3:-}" ] || code="4,32 0 0 26,21 0 1 $(printf '%d' "0x$(printf '%02x' ${3//./ })"),6 0 0 2,6 0 0 0"
	run tc qdisc add dev "$1" clsact 2>/dev/null || skip 'the kernel has no clsact'
	run tc filter add dev "$1" "$2" bpf da bytecode "$code" 2>/dev/null || skip 'the kernel has no bpf filters'
}

# --- the standard world -----------------------------------------------------------------------------------------------

# The steps of both tutorials. A story leaves some out; world takes all of them.
step_veth() { run ip link add name "$PORT1" type veth peer name "$NS1IF" netns "$NS1"; }
step_bridge() { run ip link add name "$BR" type bridge; }
step_braddr() { run ip addr add "$BRADDR/$PFX" dev "$BR"; }
step_brup() { run ip link set dev "$BR" up; }
step_port() { run ip link set dev "$PORT1" master "$BR"; }
step_portup() { run ip link set dev "$PORT1" up; }
step_nsaddr() { at "$NS1" ip addr add "$NS1ADDR/$PFX" dev "$NS1IF"; }
step_nsup() { at "$NS1" ip link set dev "$NS1IF" up; }
step_route() { at "$NS1" ip route add default via "$BRADDR"; }
step_forward() { forward_on; }
step_masq() { nat_on; }

# the second namespace, complete
neighbour_ns() { attach "$NS2" "$NS2IF" "$NS2ADDR/$PFX" "$PORT2" "$BR" "$BRADDR"; }

world()
{
	plain_sysctls host
	setup_ns "$NS1" "$NS2"
	local step
	for step in bridge braddr brup veth port portup nsaddr nsup route; do
		"step_$step"
	done
	neighbour_ns
	uplink
	step_forward
	step_masq
	settled
}

# second_uplink: another wire to the outside, by which the answers come back
second_uplink()
{
	run ip link add name wan1 type veth peer name up1 netns "$(netns_file outside)"
	local near=198.18.5.2 far=198.18.5.1 bits=24
	[ -z "$LAB_IPV6" ] || near=2001:2:5::2 far=2001:2:5::1 bits=64
	run ip addr add "$near/$bits" dev wan1
	run ip link set dev wan1 up
	at outside ip addr add "$far/$bits" dev up1
	at outside ip link set dev up1 up
	# else it asks for wan1 in the name of the destination, and a filter refuses the ARP request already
	sysctl4 outside all arp_announce 2
	at outside ip route add "$UPADDR/$ONE" via "$near" dev up1
	wait_for link_is_up host wan1
}

# settled: every link of the standard world is where it is going to be
settled()
{
	settled_inside
	wait_for link_is_up host "$UP"
}

# settled_inside: the same without the uplink
settled_inside()
{
	local l
	for l in "$BR" "$PORT1" "$PORT2"; do
		wait_for link_is_up host "$l"
	done
	wait_for port_forwards host "$PORT1"
	wait_for port_forwards host "$PORT2"
	wait_for link_is_up "$NS1" "$NS1IF"
	wait_for link_is_up "$NS2" "$NS2IF"
}

. "$(dirname "${BASH_SOURCE[0]}")/shapes.sh"

# --- the question -----------------------------------------------------------------------------------------------------

# ask [OPTION]... SOURCE [DESTINATION]: what nsdoctor is asked. A plain check of the same thing comes with it; a case
# with another idea of "works" defines works itself.
ask()
{
	ASK=()
	ASK_SOURCE='' ASK_DESTINATION=''
	local arg value=''
	for arg; do
		if [ -n "$value" ]; then
			value=''
			ASK+=("$arg")
			continue
		fi
		case $arg in
		-[pcit] | --proto | --count | --interval | --timeout) value=next ;;
		-*) ;;
		*)
			if [ -z "$ASK_SOURCE" ]; then
				ASK_SOURCE=$arg
			else
				ASK_DESTINATION=$arg
				[ -z "$LAB_IPV6" ] || arg=$(with_brackets "$arg")
			fi
			;;
		esac
		ASK+=("$arg")
	done
}

# accepted NAMESPACE: how many TCP connections it has accepted so far
accepted() { within "$1" awk '/^Tcp:/ && $7 ~ /^[0-9]+$/ { print $7 }' /proc/net/snmp; }

# reaches_outside SOURCE PORT: a connection is made, and it is the outside that accepts it
reaches_outside()
{
	local before
	before=$(accepted outside)
	tcp_works "$1" "$OUT" "$2" && [ "$(accepted outside)" -gt "$before" ]
}

# with_brackets DESTINATION: an IPv6 address of this world and a port, as the program wants to have it
with_brackets()
{
	local v
	for v in $LAB_VARS; do
		case $1 in "${!v}":*) in_brackets "${!v}" && echo "${1#"${!v}"}" && return ;; esac
	done
	echo "$1"
}

works()
{
	local to=${ASK_DESTINATION:-$OUT} port='' proto=tcp
	case $to in */udp) proto=udp to=${to%/udp} ;; esac
	[ -z "$LAB_IPV6" ] || to=$(with_brackets "$to")
	case $to in
	'['*']:'*) port=${to##*:} to=${to%]:*} to=${to#[} ;;
	*:*:*) ;;
	*:*) port=${to##*:} to=${to%:*} ;;
	esac
	# from outside it is the host's address that leads to a namespace's port
	if [ "$ASK_SOURCE" = outside ] && [ -n "$port" ] && [ -n "${LAB_ADDRESS_OF[$to]:-}" ]; then
		to=$UPADDR
	fi
	to=${LAB_ADDRESS_OF[$to]:-$to}
	if [ -n "$port" ]; then
		"${proto}_works" "$ASK_SOURCE" "$to" "$port"
	else
		ping_works "$ASK_SOURCE" "$to"
	fi
}

ping_works() { within "$1" ping -n -q -c1 -W"${LAB_PATIENCE:-1}" "$2" >/dev/null 2>&1; }
tcp_works() { within "$1" timeout "${LAB_PATIENCE:-1}" bash -c "exec 3<>/dev/tcp/$2/$3" 2>/dev/null; }
# tcp_echoes SOURCE ADDRESS PORT: what is said on a connection comes back
tcp_echoes()
{
	within "$1" timeout "${LAB_PATIENCE:-1}" bash -c \
		"exec 3<>/dev/tcp/$2/$3; echo hello >&3; [ \"\$(dd bs=100 count=1 <&3)\" = hello ]" 2>/dev/null
}
udp_works()
{
	within "$1" timeout "${LAB_PATIENCE:-1}" bash -c \
		"exec 3<>/dev/udp/$2/$3; echo hello >&3; [ \"\$(dd bs=100 count=1 <&3)\" = hello ]" 2>/dev/null
}

# patient COMMAND...: until it succeeds, but not for ever; a repaired neighbour entry or port may need a moment
patient()
{
	local i
	for ((i = 0; i < 5; i++)); do
		"$@" && return
	done
	return 1
}

# forget_neighbours: what was learned while it worked would hide that rules drop neighbour discovery
forget_neighbours()
{
	local ns
	for ns in host "$NS1" "$NS2"; do
		within "$ns" ip neigh flush all || true
	done
}

# --- the state of everything ------------------------------------------------------------------------------------------

# state FILE: all configuration of all namespaces, in a form that two moments can be compared by. Left out is what
# traffic and time change: statistics, counters, learned neighbours and forwarding entries, IPv6 link-local addresses.
# With --no-switches the sysctls are, too.
state()
{
	local ns option=''
	[ "$1" != --no-switches ] || { option=$1; shift; }
	for ns in host "${LAB_NAMESPACES[@]}"; do
		# nobody but the lab can find those
		[ ! -e "$LAB_TMP/hidden/$ns" ] || continue
		[ -e "$(netns_file "$ns")" ] || { echo "$ns is gone"; continue; }
		echo "=== $ns"
		# shellcheck disable=SC2086 # an option or none
		nsenter --net="$(netns_file "$ns")" -- sh "$LAB_LIB/state" $option
	done | lasting >"$1"
	printf '%s\n' '=== names' /run/netns/* >>"$1"
}

# lasting: without what traffic and time change, and without the queue that a link gets when it goes up for the first time
# and keeps for ever
lasting()
{
	sed -E \
		-e '/ fe80:/d' -e '/^(multicast |anycast )?(fe80|ff00):/d' -e '/^local fe80:/d' -e '/^anycast /d' \
		-e 's/,?(LOWER_UP|NO-CARRIER|M-DOWN)//g' -e 's/<,/</' \
		-e 's/ state [A-Z]+ / /' -e 's/ link-netns(id)? [^ ]+//' \
		-e 's/ bridge_slave state (listening|learning) / bridge_slave state on-its-way /' -e 's/ [a-z_]*_timer +[0-9.]+//g' \
		-e 's/ (bridge_id|designated_[a-z]*|root_[a-z_]*|topology_change[a-z_]*|config_pending) [^ ]+//g' \
		-e 's/ qdisc no(op|queue) / /' -e '/^qdisc noqueue /d' \
		-e 's/ *valid_lft.*//' -e 's/ (linkdown|dead)//g' -e 's/ expires [0-9]+sec//'
}

# same_state [--no-switches] FILE: the state is what it was, perhaps in a moment
same_state()
{
	local i option='' before=$LAB_TMP/state.then
	if [ "$1" = --no-switches ]; then
		option=$1
		shift
		grep -vE '^(ipv4|ipv6|bridge|netfilter)/' "$1" >"$before"
	else
		before=$1
	fi
	for ((i = 0; i < 12; i++)); do
		# shellcheck disable=SC2086 # an option or none
		state $option "$LAB_TMP/state.now"
		cmp -s "$before" "$LAB_TMP/state.now" && return
		sleep 0.2
	done
	diff -U0 "$before" "$LAB_TMP/state.now" | sed -n '3,40p'
	return 1
}
