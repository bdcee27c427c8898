# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host (FORWARD drops)   br9 (nf_call_iptables)
#   NS2 ── PORT2 ┘

needs iptables-nft
needs_bridge_nf
world
straight
[ -z "$LAB_IPV6" ] || run sysctl -qw net.bridge.bridge-nf-call-ip6tables=0
make_bridge br9
run ip link set dev br9 type bridge nf_call_iptables 1 nf_call_ip6tables 1
run ipt -P FORWARD DROP
ask "$NS1" "$NS2"
