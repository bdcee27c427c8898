# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
fault()
{
	nft_in "$NS1" <<-END
		table ip shape {
			chain last {
				type filter hook postrouting priority srcnat + 10; policy accept;
				oifname "$NS1IF" ip daddr $OUT counter drop
			}
		}
	END
}
repair() { at "$NS1" nft delete table ip shape; }
ask "$NS1" "$OUT"
