# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗ host ─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table arp guard {
			chain in {
				type filter hook input priority 0; policy accept;
				iifname "$BR" arp operation request arp daddr ip $BRADDR drop
			}
		}
	END
	forget_neighbours
}
repair() { run nft delete table arp guard; }
ask "$NS1" "$OUT"
