# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (10.96.0.1:443 is NS2:6443) ─ UP ── outside

world
listen "$NS2" "$ANY:6443"
nft_in host <<-END
	table ip services {
		chain pre {
			type nat hook prerouting priority dstnat; policy accept;
			ip daddr 10.96.0.1 tcp dport 443 dnat to $NS2ADDR:6443
		}
		chain post {
			type nat hook postrouting priority srcnat; policy accept;
			ip saddr $SUBNET ip daddr $NS2ADDR masquerade
		}
	}
END
ask "$NS1" 10.96.0.1:443
