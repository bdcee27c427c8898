# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lib.sh – a machine for a real container runtime or firewall, in namespaces; sourced by the worlds beside it
#
#   container ── PORT ─ BR ─ host ─ UP ── outside
#
# A world starts its runtime, names TARGET (what nsdoctor is asked about), PID (a process in it), BR and PORT, says how
# NAT and a drop look there (nat_off, nat_on, drop, undrop), and calls "examine". It prints "ok NAME", "not ok NAME - why"
# or "skip NAME - why" for each thing it tried. The host has /etc, /var/lib and /run of its own, and /sys of its own
# network.
#
# shellcheck disable=SC2034 # for the worlds

. "${LAB_LIB:?}/lab.sh"

WORLD=$(basename "$0" .sh)${1:+-$1}

report() { printf '%s %s%s\n' "$1" "runtimes: $WORLD $2" "${3:+ - $3}"; }
give_up() { report skip "$1" "$2"; exit 0; }

# wants COMMAND...
wants()
{
	local c
	for c; do
		command -v "$c" >/dev/null || give_up everything "$c is not installed"
	done
}

# own DIRECTORY: a copy of it, which goes with the mount namespace
own()
{
	local copy=$LAB_TMP/own${1//\//.}
	cp -a "$1" "$copy"
	mount --bind "$copy" "$1"
}

machine()
{
	mkdir "$LAB_TMP/cgroup"
	mount --rbind /sys/fs/cgroup "$LAB_TMP/cgroup"
	mount -t sysfs sysfs /sys
	mount --rbind "$LAB_TMP/cgroup" /sys/fs/cgroup
	own /etc
	mount -t tmpfs tmpfs /var/lib
	mkdir -p /var/run/lock /var/lib/misc
	choose_set 1
	plain_sysctls host
	uplink
	wait_for link_is_up host "$UP"
}

# start COMMAND...: a daemon, which ends with the namespaces
start()
{
	setsid "$@" >"$LAB_TMP/daemon.log" 2>&1 </dev/null &
}

# comes_up COMMAND...: until it succeeds, for half a minute; else says what the daemon said
comes_up()
{
	local i
	for ((i = 0; i < 300; i++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	give_up everything "it does not start: $(tail -n 1 "$LAB_TMP/daemon.log" | tr -d '\r' | cut -c 1-200)"
}

# rootfs DIRECTORY: a root that holds busybox and nothing else
rootfs()
{
	mkdir -p "$1"/{bin,dev,proc,sys,etc,run,tmp,root,sbin,usr,var}
	cp "$(command -v busybox)" "$1/bin/"
	ln -s busybox "$1/bin/sh"
	ln -s busybox "$1/bin/sleep"
	ln -s ../bin/busybox "$1/sbin/init"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
	echo "nameserver $OUT" >"$1/etc/resolv.conf"
	: >"$1/etc/os-release"
}

# in_it COMMAND...: in the network of the container
in_it() { nsenter -t "$PID" -n -- "$@"; }

# wire: BR and PORT, by what the container's interface is
wire()
{
	local index
	IFACE=$(in_it ip -o -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p')
	index=$(in_it ip -o link show dev "$IFACE" | sed -n 's/^[0-9]*: [^@]*@if\([0-9]*\):.*/\1/p')
	PORT=$(ip -o link | sed -n "s/^$index: \([^@:]*\).*/\1/p")
	BR=$(ip -o link show dev "$PORT" | sed -n 's/.* master \([^ ]*\).*/\1/p')
	ADDRESS=$(in_it ip -o -4 addr show dev "$IFACE" | sed -n 's/.* inet \([^ ]*\).*/\1/p')
	GATEWAY=$(in_it ip -o -4 route show default | sed -n 's/.* via \([^ ]*\).*/\1/p')
	BRIDGE_ADDRESS=$(ip -o -4 addr show dev "$BR" | sed -n 's/.* inet \([^ ]*\).*/\1/p')
	[ -n "$IFACE" ] && [ -n "$PORT" ] && [ -n "$BR" ] && [ -n "$ADDRESS" ] && [ -n "$GATEWAY" ] && [ -n "$BRIDGE_ADDRESS" ]
}

# --- asking -----------------------------------------------------------------------------------------------------------

pings() { in_it ping -n -c1 -W1 "$OUT" >/dev/null 2>&1; }

# verdict_of TARGET...: verdict and first cause
verdict_of()
{
	timeout 60 "${NSDOCTOR:?}" --json "$@" 2>"$LAB_TMP/err" >"$LAB_TMP/out" || true
	jq -r '"\(.verdict) \([.findings[] | select(.role == "cause") | .code][0] // "-")"' "$LAB_TMP/out" 2>/dev/null ||
		echo "nothing $(head -n 1 "$LAB_TMP/err")"
}

# expect NAME "VERDICT CODE" TARGET...: held against what is said
expect()
{
	local name=$1 wanted=$2 said
	shift 2
	said=$(verdict_of "$@")
	if [ "$said" = "$wanted" ]; then
		report ok "$name"
	else
		report 'not ok' "$name" "$said instead of $wanted: $(jq -r .summary "$LAB_TMP/out" 2>/dev/null)"
	fi
}

# fault NAME CODE BREAK REPAIR: breaks it, asks why, repairs it again; a ping must agree at each end
fault()
{
	local name=$1 code=$2 i
	if ! { "$3" && true; } >"$LAB_TMP/break" 2>&1; then
		report skip "$name" "cannot be made here: $(head -n 1 "$LAB_TMP/break")"
		"$4" >/dev/null 2>&1 || true
		return
	fi
	if pings; then
		report skip "$name" 'it does not keep a ping from passing here'
	else
		expect "$name" "unreachable $code" "$TARGET" "$OUT"
	fi
	"$4" >/dev/null 2>&1 || true
	for ((i = 0; i < 50; i++)); do
		! pings || return 0
		sleep 0.1
	done
	report 'not ok' "$name" 'it does not work again'
}

forwarding_off() { forward_off; }
forwarding_on() { forward_on; }
port_down() { ip link set dev "$PORT" down; }
port_up() { ip link set dev "$PORT" up; }
bridge_down() { ip link set dev "$BR" down; }
bridge_up() { ip link set dev "$BR" up; }
port_out() { ip link set dev "$PORT" nomaster; }
port_in() { ip link set dev "$PORT" master "$BR"; }
inside_down() { in_it ip link set dev "$IFACE" down; }
inside_up() { in_it ip link set dev "$IFACE" up && in_it ip route replace default via "$GATEWAY"; }
route_off() { in_it ip route del default; }
route_on() { in_it ip route add default via "$GATEWAY"; }
address_off() { in_it ip addr del "$ADDRESS" dev "$IFACE"; }
address_on() { in_it ip addr add "$ADDRESS" dev "$IFACE" && route_on; }
gateway_off() { ip addr del "$BRIDGE_ADDRESS" dev "$BR" && in_it ip neigh flush dev "$IFACE"; }
gateway_on() { ip addr add "$BRIDGE_ADDRESS" dev "$BR"; }
gateway_lies() { in_it ip neigh replace "$GATEWAY" lladdr 02:00:00:00:00:99 dev "$IFACE" nud permanent; }
gateway_tells() { in_it ip neigh del "$GATEWAY" dev "$IFACE"; }
uplink_down() { ip link set dev "$UP" down; }
uplink_up() { ip link set dev "$UP" up && ip route replace default via "$GW"; }
blackhole() { ip route add blackhole "$OUT/32"; }
no_blackhole() { ip route del blackhole "$OUT/32"; }

# The host's tables as they are now, for nat_off to take from and nat_on to bring back, where iptables has them.
keep_tables() { iptables-save -t nat >"$LAB_TMP/nat"; }
nat_off() { iptables -w -t nat -F POSTROUTING; in_it true; forget_flows; }
nat_on() { iptables-restore -w <"$LAB_TMP/nat"; forget_flows; }
drop() { iptables -w -I FORWARD -s "${ADDRESS%/*}" -j DROP; }
undrop() { iptables -w -D FORWARD -s "${ADDRESS%/*}" -j DROP; }
forget_flows() { conntrack -F >/dev/null 2>&1 || true; }

examine()
{
	wire || give_up everything 'no container at a bridge'
	if ! patient pings; then
		report 'not ok' healthy 'a ping does not work, before anything was broken'
		return
	fi
	expect healthy 'reachable -' "$TARGET" "$OUT"
	fault ip-forward-off ip-forward-off forwarding_off forwarding_on
	fault port-down link-down port_down port_up
	fault bridge-down link-down bridge_down bridge_up
	fault inside-down link-down inside_down inside_up
	fault port-not-in-bridge port-not-in-bridge port_out port_in
	fault no-route no-route route_off route_on
	fault no-address no-address address_off address_on
	fault gateway-missing gateway-missing gateway_off gateway_on
	fault neighbour-wrong neighbour-wrong gateway_lies gateway_tells
	fault route-blackhole route-blackhole blackhole no_blackhole
	fault uplink-down link-down uplink_down uplink_up
	fault masquerade-missing masquerade-missing nat_off nat_on
	fault forward-drop forward-drop drop undrop
	expect 'healthy again' 'reachable -' "$TARGET" "$OUT"
}
