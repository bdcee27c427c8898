#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench.sh [RUNS] – how long nsdoctor takes, against the same question asked by hand, and beside large rulesets
#
# By hand is what a person would have to do at the least: tcpdump on the veth, the bridge and the uplink, three pings
# from the namespace, then a look at the switch, the rules and the route. Both are measured in turns in the same small
# network, RUNS times (5); the medians are compared, and the fastest beside large rulesets. Exit status 1 where a goal is
# missed or an answer is wrong.
#
# SERVICES (5000) is the number of kube-proxy's services in the large ruleset, CROWD (500) that of namespaces.
#
# Everything happens in throw-away namespaces. NSDOCTOR names the program, ./nsdoctor otherwise.

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

if [ -z "${LAB_LIB:-}" ]; then
	NSDOCTOR=${NSDOCTOR:-$here/../nsdoctor}
	[ -x "$NSDOCTOR" ] || { echo "bench: there is no $NSDOCTOR; build it first" >&2; exit 2; }
	for c in ip nft ping tcpdump unshare nsenter; do
		command -v "$c" >/dev/null || { echo "bench: $c is not installed" >&2; exit 2; }
	done
	NSDOCTOR=$(cd "$(dirname "$NSDOCTOR")" && pwd)/$(basename "$NSDOCTOR")
	export NSDOCTOR
	unset LAB_TMP
	exec "$here/lib/enter" "$here/$(basename "$0")" "$@"
fi

. "$LAB_LIB/lab.sh"
choose_set 1
runs=${1:-5}
missed=0

# --- the two ways -----------------------------------------------------------------------------------------------------

listening() { grep -q 'listening on' "$1"; }

# watch INTERFACE: a tcpdump in the background, once it is really there
watch()
{
	tcpdump -l -n -Z root -i "$1" icmp or arp >"$LAB_TMP/dump.$1" 2>"$LAB_TMP/dump.$1.err" &
	dumps+=($!)
	wait_for listening "$LAB_TMP/dump.$1.err"
}

by_hand()
{
	local status=0
	dumps=()
	watch "$PORT1"
	watch "$BR"
	watch "$UP"
	within "$NS1" ping -n -c3 -W1 "$OUT" || status=$?
	sysctl net.ipv4.ip_forward
	nft -a list ruleset
	within "$NS1" ip route get "$OUT"
	ip route get "$OUT" from "$NS1ADDR" iif "$BR"
	kill "${dumps[@]}"
	wait "${dumps[@]}" || true
	cat "$LAB_TMP"/dump.*
	return $status
}

by_nsdoctor() { "$NSDOCTOR" "$NS1" "$OUT"; }

# --- measuring --------------------------------------------------------------------------------------------------------

# took WANTED-STATUS COMMAND: milliseconds; the answer has to be right
took()
{
	local want=$1 start end status=0
	shift
	start=${EPOCHREALTIME/[.,]/}
	"$@" >"$LAB_TMP/out" 2>&1 </dev/null || status=$?
	end=${EPOCHREALTIME/[.,]/}
	[ "$status" -eq "$want" ] || { cat "$LAB_TMP/out" >&2; die "$1 ended with $status instead of $want"; }
	echo $(((end - start) / 100))
}

# median NUMBER...: tenths of milliseconds
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

line='  %-24s %10s %10s %8s %6s\n'

# compare NAME GOAL WANTED-STATUS
compare()
{
	local hand=() own=() i h n ratio
	for ((i = 0; i < runs; i++)); do
		hand+=("$(took "$3" by_hand)")
		own+=("$(took "$3" by_nsdoctor)")
	done
	h=$(median "${hand[@]}")
	n=$(median "${own[@]}")
	ratio=$(awk "BEGIN { printf \"%.3f\", $n / $h }")
	# shellcheck disable=SC2059 # it is a format
	printf "$line" "$1" "$((h / 10)) ms" "$((n / 10)).$((n % 10)) ms" "$ratio" "$2"
	awk "BEGIN { exit !($ratio > $2) }" || return 0
	echo "    that is not fast enough"
	missed=1
}

# --- the network, healthy and broken ----------------------------------------------------------------------------------

world
# both ways find the same neighbours known
within "$NS1" ping -n -q -c1 -W1 "$OUT" >/dev/null

echo "medians of $runs runs; a goal is the largest ratio that passes"
# shellcheck disable=SC2059 # it is a format
printf "$line" '' 'by hand' nsdoctor ratio goal
compare 'a healthy path' 0.6 0
forward_off
compare 'forwarding is off' 0.2 1
forward_on
run ipt -I FORWARD -s "$SUBNET" -j DROP
compare 'a rule drops it' 0.2 1

# --- a large ruleset --------------------------------------------------------------------------------------------------

# kube_rules NUMBER: what kube-proxy writes for so many services of three endpoints each, which all are OUT
kube_rules()
{
	awk -v n="$1" -v to="$OUT:443" -v end="$OUT" 'BEGIN {
		print "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]"
		print ":KUBE-SERVICES - [0:0]\n:KUBE-NODEPORTS - [0:0]\n:KUBE-POSTROUTING - [0:0]\n:KUBE-MARK-MASQ - [0:0]"
		for (i = 0; i < n; i++) {
			printf ":KUBE-SVC-%016d - [0:0]\n", i
			for (e = 0; e < 3; e++)
				printf ":KUBE-SEP-%015d%d - [0:0]\n", i, e
		}
		print "-A PREROUTING -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES"
		print "-A OUTPUT -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES"
		print "-A POSTROUTING -m comment --comment \"kubernetes postrouting rules\" -j KUBE-POSTROUTING"
		print "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN"
		print "-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0"
		print "-A KUBE-POSTROUTING -m comment --comment \"kubernetes service traffic requiring SNAT\" -j MASQUERADE --random-fully"
		print "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000"
		for (i = 0; i < n; i++) {
			ip = sprintf("10.96.%d.%d", i / 250, i % 250 + 1)
			svc = sprintf("KUBE-SVC-%016d", i)
			what = sprintf("-m comment --comment \"default/service-%d:http cluster IP\"", i)
			printf "-A KUBE-SERVICES -d %s/32 -p tcp %s -m tcp --dport 80 -j %s\n", ip, what, svc
			printf "-A %s ! -s 10.244.0.0/16 -d %s/32 -p tcp %s -m tcp --dport 80 -j KUBE-MARK-MASQ\n", svc, ip, what
			for (e = 0; e < 3; e++) {
				sep = sprintf("KUBE-SEP-%015d%d", i, e)
				what = sprintf("-m comment --comment \"default/service-%d:http -> %s\"", i, to)
				split("0.33333333349 0.50000000000", p, " ")
				chance = e < 2 ? " -m statistic --mode random --probability " p[e + 1] : ""
				printf "-A %s %s%s -j %s\n", svc, what, chance, sep
				printf "-A %s -s %s/32 %s -j KUBE-MARK-MASQ\n", sep, end, what
				printf "-A %s -p tcp %s -m tcp -j DNAT --to-destination %s\n", sep, what, to
			}
		}
		print "-A KUBE-SERVICES -m comment --comment \"kubernetes service nodeports\" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS"
		print "COMMIT"
	}'
}

listed() { nft list ruleset; }
by_service() { "$NSDOCTOR" "$NS1" 10.96.0.7:80; }

# least NUMBER...: what the others took more, the machine did for somebody else
least() { printf '%s\n' "$@" | sort -n | head -n1; }

# hold NAME MILLISECONDS*10 AGAINST*10 GOAL: one row of the table
hold()
{
	local ratio
	ratio=$(awk "BEGIN { printf \"%.3f\", $2 / $3 }")
	# shellcheck disable=SC2059 # it is a format
	printf "$line" "$1" "$(($3 / 10)).$(($3 % 10)) ms" "$(($2 / 10)).$(($2 % 10)) ms" "$ratio" "$4"
	[ -n "$4" ] && awk "BEGIN { exit !($ratio > $4) }" || return 0
	echo "    that is not fast enough"
	missed=1
}

# load SERVICES: nothing but the masquerading of every day, and kube-proxy's rules
load()
{
	nft flush ruleset
	nat_on
	kube_rules "$1" | iptables-restore -n
}

# Only the dumps that cannot be done without: all chains, and the chain that every packet comes to.
${CC:-cc} -O2 -o "$LAB_TMP/dump" "$LAB_LIB/dump.c"
bare() { "$LAB_TMP/dump" nat KUBE-SERVICES; }

services=${SERVICES:-5000}
few=() few_service=() out=() service=() list=() dumps=()
load 10
for ((i = 0; i < runs; i++)); do
	few+=("$(took 0 by_nsdoctor)")
	few_service+=("$(took 0 by_service)")
done
load "$services"
# in turns, so that a busy minute strikes all alike
for ((i = 0; i < runs; i++)); do
	list+=("$(took 0 listed)")
	out+=("$(took 0 by_nsdoctor)")
	service+=("$(took 0 by_service)")
	dumps+=("$(took 0 bare)")
done
f=$(least "${few[@]}") fs=$(least "${few_service[@]}")
o=$(least "${out[@]}") c=$(least "${service[@]}") l=$(least "${list[@]}")
printf '\n  %s services of kube-proxy, %s rules; the fastest of %s runs\n' "$services" "$((services * 11 + 8))" "$runs"
# shellcheck disable=SC2059 # it is a format
printf "$line" '' against nsdoctor ratio goal
hold 'out, to nft list ruleset' "$o" "$l" 0.03
hold 'service, to nft list …' "$c" "$l" 0.03
hold 'out, to 10 services' "$o" "$f" 3
hold 'service, to 10 services' "$c" "$fs" 3
hold "the kernel's dumps alone" "$(least "${dumps[@]}")" "$l" ''
awk "BEGIN { ms = ($o - $f) / 10; if (ms > 0) printf \"  %d rules read and evaluated in %.1f ms, %d a second\\n\", $services, ms, $services * 1000 / ms }"
/usr/bin/time -f '  %M KiB at most' "$NSDOCTOR" -q "$NS1" "$OUT" 2>&1 | grep KiB || true
nft flush ruleset

# --- all namespaces at once -------------------------------------------------------------------------------------------

# crowd NUMBER: more namespaces on the same bridge, by batches of ip, which are quick. The host knows them for good: two
# entries for each would fill the neighbour table that all namespaces share (1024).
crowd()
{
	local i ns address
	for ((i = 0; i < $1; i++)); do
		echo "netns add crowd$i"
	done | ip -batch -
	for ((i = 0; i < $1; i++)); do
		ns=crowd$i
		address=02:00:00:00:$(printf '%02x:%02x' $((i / 256)) $((i % 256)))
		echo "link add name crowd$i type veth peer name eth0 netns $ns address $address"
		echo "link set dev crowd$i master $BR up"
		echo "neigh add 192.168.$((i / 200 + 1)).$((i % 200 + 1)) lladdr $address nud permanent dev $BR"
	done | ip -batch -
	for ((i = 0; i < $1; i++)); do
		printf '%s\n' "addr add 192.168.$((i / 200 + 1)).$((i % 200 + 1))/16 dev eth0" \
			"link set dev eth0 up" "route add default via $BRADDR" | ip -n "crowd$i" -batch -
	done
	wait_for link_is_up "crowd$(($1 - 1))" eth0
	# a bridge takes the lowest address of its ports: who knows the one of before asks again
	for ns in "$NS1" "$NS2"; do
		at "$ns" ip neigh flush all
	done
}

by_all() { "$NSDOCTOR" --all "$OUT"; }

crowd=${CROWD:-500}
nft flush ruleset
nat_on
crowd "$crowd"
each=15
all=() one=()
for ((i = 0; i < (runs < 3 ? runs : 3); i++)); do
	one+=("$(took 0 by_nsdoctor)")
	all+=("$(took 0 by_all)")
done
a=$(median "${all[@]}")
o=$(median "${one[@]}")
n=$(awk "BEGIN { printf \"%.1f\", ($a - $o) / 10 / ($crowd + 1) }")
printf '\n  --all of %s namespaces: %s ms, one of them alone: %s ms; %s ms for each more, goal %s ms\n' \
	"$((crowd + 2))" "$((a / 10))" "$((o / 10))" "$n" "$each"
if awk "BEGIN { exit !($n > $each) }"; then
	echo "    that is not fast enough"
	missed=1
fi

[ "$missed" -eq 0 ]
