# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
fault()
{
	nft_in host <<-END
		table inet guard {
			chain f {
				type filter hook forward priority filter; policy accept;
				iifname "$UP" ct state new drop
			}
		}
	END
}
repair() { run nft delete table inet guard; }
ask outside "$NS1:5000"
