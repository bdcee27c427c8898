# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (queue 7 with bypass) ─ UP ── outside

world
needs iptables
run ipt -I FORWARD -j NFQUEUE --queue-num 7 --queue-bypass
nft_in host <<-END
	table arp guard {
		chain in {
			type filter hook input priority 0; policy accept;
			iifname "$BR" arp operation request arp daddr ip $NOBODY drop
		}
	}
	table bridge spoof {
		chain in {
			type filter hook input priority 0; policy accept;
			iifname "$PORT1" ether saddr 00:16:3e:00:00:01 drop
		}
	}
END
forget_neighbours
ask "$NS1" "$OUT"
