# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table inet guard {
			chain first {
				type filter hook prerouting priority mangle; policy accept;
				iifname "$UP" ip saddr $OUT counter drop
			}
		}
	END
}
repair() { run nft delete table inet guard; }
ask "$NS1" "$OUT"
