# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR (mark) ─ host: filter accepts, security ✗─ UP ── outside
#
# Behind the goto nobody comes back to the chain that would accept it.

needs iptables-nft
world
run ipt -P FORWARD DROP
run ipt -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
run ipt -A FORWARD -i "$BR" -j ACCEPT
fault()
{
	run ipt -t mangle -A PREROUTING -i "$BR" -s "$SUBNET" -j MARK --set-xmark 0x50/0xf0
	for c in second third fourth judge; do run ipt -t security -N "$c"; done
	run ipt -t security -A FORWARD -m conntrack --ctstate NEW -j second
	run ipt -t security -A second -s "$OTHER" -j ACCEPT
	run ipt -t security -A second -o "$UP" -j third
	run ipt -t security -A third -m mark --mark 0x50/0xf0 -j fourth
	run ipt -t security -A fourth -p udp -j RETURN
	run ipt -t security -A fourth -g judge
	run ipt -t security -A fourth -j ACCEPT
	run ipt -t security -A judge -m mark --mark 0x30/0xf0 -j ACCEPT
	run ipt -t security -A FORWARD -m mark --mark 0x50/0xf0 -m comment --comment "out of the tree" -j DROP
}
repair() { run ipt -t security -F FORWARD; }
ask "$NS1" "$OUT"
