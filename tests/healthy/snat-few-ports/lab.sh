# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (from few ports, one of which is taken) ─ UP ── outside :443

world
nat_off
nft_in host <<-END
	table inet few {
		chain leave {
			type nat hook postrouting priority srcnat; policy accept;
			ip saddr $SUBNET oifname "$UP" meta l4proto tcp masquerade to :40000-40099
			ip saddr $SUBNET oifname "$UP" masquerade
		}
	}
END
tcp_keep "$NS1" "$OUT" 443
ask "$NS1" "$OUT:443"
