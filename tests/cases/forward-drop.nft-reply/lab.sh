# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#                       ✗── answers

world
fault()
{
	nft_in host <<-END
		table ip quiet {
			chain forward {
				type filter hook forward priority filter; policy accept;
				iifname "$UP" ip saddr $OUTNET drop
			}
		}
	END
}
repair() { run nft delete table ip quiet; }
ask "$NS1" "$OUT"
