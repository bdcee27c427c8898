# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (from one port only, which is taken) ✗ UP ── outside :443

world
nat_off
# ports_of_tcp FIRST-LAST
ports_of_tcp()
{
	nft_in host <<-END
		table inet few {
			chain leave {
				type nat hook postrouting priority srcnat; policy accept;
				ip saddr $SUBNET oifname "$UP" meta l4proto tcp masquerade to :$1
				ip saddr $SUBNET oifname "$UP" masquerade
			}
		}
	END
}
ports_of_tcp 40000-40099
fault()
{
	run nft delete table inet few
	ports_of_tcp 40000
	tcp_keep "$NS1" "$OUT" 443
}
repair()
{
	run nft delete table inet few
	ports_of_tcp 40000-40099
}
ask "$NS1" "$OUT:443"
