# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗ host ─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table ip guard {
			chain first {
				type filter hook prerouting priority raw; policy accept;
				ip saddr $NS1ADDR ip daddr $OUTNET drop
			}
		}
	END
}
repair() { run nft delete table ip guard; }
ask "$NS1" "$OUT"
