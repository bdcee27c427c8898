# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#            ✗  BR ─ host      bridge-nf-call-iptables=0, but nf_call_iptables of BR is on
#   NS2 ── PORT2 ┘

needs iptables-nft
needs_bridge_nf
world
straight
if [ -n "$LAB_IPV6" ]; then
	run sysctl -qw net.bridge.bridge-nf-call-ip6tables=0
	run ip link set dev "$BR" type bridge nf_call_ip6tables 1
else
	run ip link set dev "$BR" type bridge nf_call_iptables 1
fi
fault() { run ipt -P FORWARD DROP; }
repair() { run ipt -P FORWARD ACCEPT; }
ask "$NS1" "$NS2"
