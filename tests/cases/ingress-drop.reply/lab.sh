# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ ✗UP ── outside

world
fault()
{
	nft_in host <<-END
		table netdev guard {
			chain early {
				type filter hook ingress device "$UP" priority 0; policy accept;
				ip saddr $OUT drop
			}
		}
	END
}
repair() { run nft delete table netdev guard; }
ask "$NS1" "$OUT"
