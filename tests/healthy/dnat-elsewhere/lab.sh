# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (dnat) ─ UP ── outside

world
nft_in host <<-END
	table ip publish {
		chain pre {
			type nat hook prerouting priority dstnat; policy accept;
			iifname "$UP" tcp dport { 80, 443, 8080 } dnat to $NS2ADDR
			ip daddr $UPADDR tcp dport 53 redirect to :5353
		}
	}
END
ask "$NS1" "$OUT:443"
