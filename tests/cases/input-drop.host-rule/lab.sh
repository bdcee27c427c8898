# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗ host

world
fault()
{
	nft_in host <<-END
		table inet filter {
			chain input {
				type filter hook input priority filter; policy accept;
				iifname "$BR" counter drop
			}
		}
	END
}
repair() { run nft delete table inet filter; }
ask "$NS1" host
works() { ping_works "$NS1" "$BRADDR"; }
