# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ✗ host :8080 (DNAT to 127.0.0.1)

world
listen host 127.0.0.1:8080
nft_in host <<-END
	table ip pub {
		chain in {
			type nat hook prerouting priority dstnat; policy accept;
			ip daddr $BRADDR tcp dport 8080 dnat to 127.0.0.1
		}
	}
END
sysctl4 host "$BR" route_localnet 1
fault() { sysctl4 host "$BR" route_localnet 0; }
repair() { sysctl4 host "$BR" route_localnet 1; }
ask "$NS1" "$BRADDR:8080"
