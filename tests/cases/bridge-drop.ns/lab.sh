# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#            ✗  BR ─ host
#   NS2 ── PORT2 ┘

world
fault()
{
	nft_in host <<-END
		table bridge guard {
			chain through {
				type filter hook forward priority 0; policy drop;
				ether type arp accept
			}
		}
	END
}
repair() { run nft delete table bridge guard; }
ask "$NS1" "$NS2"
