# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘ :5353/udp

world
listen "$NS2" "$ANY:5353/udp"
nft_in "$NS2" <<-END
	table inet own {
		chain in {
			type filter hook input priority filter; policy drop;
			ct state established,related accept
			udp dport 5353 accept
			icmp type echo-request accept
			iifname "lo" accept
		}
	}
END
ask "$NS1" "$NS2:5353/udp"
