# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (a quota, used up) ─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table ip limits {
			chain forward {
				type filter hook forward priority filter; policy accept;
				oifname "$UP" quota over 1000 bytes used 1000 bytes drop
			}
		}
	END
}
repair() { run nft delete table ip limits; }
ask "$NS1" "$OUT"
