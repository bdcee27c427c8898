# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ✗─ host ─ UP ── outside
#                  answers ──

world
fault()
{
	nft_in host <<-END
		table inet shape {
			chain last {
				type filter hook postrouting priority filter; policy drop;
				oifname != "$BR" accept
				ip daddr != $NS1ADDR accept
			}
		}
	END
}
repair() { run nft delete table inet shape; }
ask "$NS1" "$OUT"
