# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
fault()
{
	nft_in "$NS1" <<-END
		table netdev guard {
			chain early {
				type filter hook ingress device "$NS1IF" priority 0; policy accept;
				ip saddr $OUT drop
			}
		}
	END
}
repair() { at "$NS1" nft delete table netdev guard; }
ask "$NS1" "$OUT"
