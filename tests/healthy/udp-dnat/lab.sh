# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host (BRADDR:53 is NS2ADDR:5353)
#   NS2 ── PORT2 ┘

world
listen "$NS2" "$NS2ADDR:5353/udp"
nft_in host <<-END
	table ip names {
		chain pre {
			type nat hook prerouting priority dstnat; policy accept;
			ip daddr $BRADDR udp dport 53 dnat to $NS2ADDR:5353
		}
		chain post {
			type nat hook postrouting priority srcnat; policy accept;
			ct status dnat masquerade
		}
	}
END
ask "$NS1" "$BRADDR:53/udp"
