# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 :9000 ── PORT1 ─ BR ─ host 127.0.0.1:9000 (DNAT to NS1, masqueraded; all.route_localnet)

world
listen "$NS1" "$NS1ADDR:9000"
nft_in host <<-END
	table ip pub {
		chain own {
			type nat hook output priority -100; policy accept;
			ip daddr 127.0.0.1 tcp dport 9000 dnat to $NS1ADDR
		}
		chain leave {
			type nat hook postrouting priority srcnat; policy accept;
			oifname "$BR" ip saddr 127.0.0.1 masquerade
		}
	}
END
sysctl4 host all route_localnet 1
ask host 127.0.0.1:9000
