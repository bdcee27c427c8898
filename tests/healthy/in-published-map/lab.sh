# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:5000"
nft_in host <<-END
	table ip edge {
		map published {
			type ipv4_addr . inet_service : ipv4_addr . inet_service
			elements = { $(for p in {6001..6080}; do printf '%s . %s : %s . 81, ' "$UPADDR" "$p" "$NS1ADDR"; done)
				$UPADDR . 8080 : $NS1ADDR . 5000 }
		}
		chain enter {
			type nat hook prerouting priority dstnat; policy accept;
			dnat ip addr . port to ip daddr . tcp dport map @published
		}
	}
END
works() { tcp_works outside "$UPADDR" 8080; }
ask outside "$NS1:5000"
