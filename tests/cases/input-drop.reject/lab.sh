# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗ host

world
fault()
{
	nft_in host <<-END
		table ip filter {
			chain input {
				type filter hook input priority filter; policy accept;
				iifname "$BR" reject with icmp type admin-prohibited
			}
		}
	END
}
repair() { run nft delete table ip filter; }
ask "$NS1" "$BRADDR"
