# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ✗─ PORT2 ┘

world
fault()
{
	nft_in "$NS2" <<-END
		table inet filter {
			chain input {
				type filter hook input priority filter; policy drop;
				iifname "lo" accept
				ct state established,related accept
			}
		}
	END
}
repair() { at "$NS2" nft delete table inet filter; }
ask "$NS1" "$NS2"
