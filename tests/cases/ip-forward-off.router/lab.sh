# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   inner 10.88.0.2/24 ── NS1IF2 10.88.0.1 NS1 ✗─ NS1IF ── PORT1 ─ BR ─ host ─ UP ── outside

world
setup_ns inner
run ip link add name leg0 type veth peer name eth0 netns inner
run ip link set dev leg0 netns "$NS1"
at "$NS1" ip addr add 10.88.0.1/24 dev leg0
at "$NS1" ip link set dev leg0 up
at inner ip addr add 10.88.0.2/24 dev eth0
at inner ip link set dev eth0 up
at inner ip route add default via 10.88.0.1
run ip route add 10.88.0.0/24 via "$NS1ADDR"
case $LAB_SET in
1 | 2) run ipt -t nat -A POSTROUTING -s 10.88.0.0/24 -o "$UP" -j MASQUERADE ;;
3) run nft "add rule inet edge leave ip saddr 10.88.0.0/24 oifname \"$UP\" masquerade" ;;
esac
at "$NS1" sysctl -qw net.ipv4.ip_forward=1
LAB_ADDRESS_OF[inner]=10.88.0.2
fault() { at "$NS1" sysctl -qw net.ipv4.ip_forward=0; }
repair() { at "$NS1" sysctl -qw net.ipv4.ip_forward=1; }
ask inner "$OUT"
