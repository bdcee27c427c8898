# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗(53/udp)─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table inet quiet {
			chain forward {
				type filter hook forward priority filter; policy accept;
				meta l4proto udp th dport 53 drop
			}
		}
	END
}
repair() { run nft delete table inet quiet; }
ask "$NS1" "$OUT:53/udp"
