# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘
#    ✗── answers

world
fault()
{
	nft_in "$NS2" <<-END
		table inet kill {
			chain out {
				type filter hook output priority filter; policy accept;
				ip daddr $NS1ADDR drop
			}
		}
	END
}
repair() { at "$NS2" nft delete table inet kill; }
ask "$NS1" "$NS2"
