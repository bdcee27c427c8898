# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#
# SYNs one by one, what is established in its own chain, flows of many packets elsewhere; the segment that asks whether a
# connection goes on is none that conntrack or a check for odd flags would refuse.

needs iptables-nft
world
run ipt -P FORWARD DROP
run ipt -A FORWARD -m conntrack --ctstate INVALID -j DROP
run ipt -A FORWARD -p tcp --tcp-flags ALL NONE -j DROP
run ipt -A FORWARD -p tcp --tcp-flags SYN,FIN SYN,FIN -j DROP
run ipt -A FORWARD -m connbytes --connbytes 100 --connbytes-dir both --connbytes-mode packets -j DROP
run ipt -A FORWARD -p tcp --syn -m conntrack --ctstate NEW -j ACCEPT
run ipt -A FORWARD -p "${LAB_IPV6:+ipv6-}icmp" -m conntrack --ctstate NEW -j ACCEPT
run ipt -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
# what none of ours looks like
nft_in host <<-END
	table inet odd {
		chain forward {
			type filter hook forward priority 5; policy accept;
			ct original packets > 1000 drop
			tcp flags & (fin|psh|urg) == fin|psh|urg drop
			ct state established tcp flags & (syn|ack) == 0 tcp flags & rst == 0 drop
		}
	}
END
ask "$NS1" "$OUT:443"
