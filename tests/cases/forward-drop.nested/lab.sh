# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   inner ── cbr ✗ middle ── NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
nested
named middle
fault()
{
	nft_in middle <<-END
		table ip quiet {
			chain forward {
				type filter hook forward priority filter; policy accept;
				ip saddr 10.91.0.0/24 drop
			}
		}
	END
}
repair() { at middle nft delete table ip quiet; }
ask inner "$OUT"
