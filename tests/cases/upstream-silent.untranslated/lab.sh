# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──(src NS1ADDR)──✗ outside

world
fault()
{
	nat_off
	nft_in outside <<-END
		table netdev cloud {
			chain in {
				type filter hook ingress device up0 priority 0; policy accept;
				ip daddr $OUT drop
			}
		}
	END
}
repair()
{
	at outside nft delete table netdev cloud
	nat_on
}
ask "$NS1" "$OUT"
