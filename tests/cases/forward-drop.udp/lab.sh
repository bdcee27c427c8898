# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗(53/udp)─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table ip quiet {
			chain forward {
				type filter hook forward priority filter; policy accept;
				udp dport 53 drop
			}
		}
	END
}
repair() { run nft delete table ip quiet; }
ask "$NS1" "$OUT:53/udp"
