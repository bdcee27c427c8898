# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─✗ UP ── outside

world
fault()
{
	nft_in host <<-END
		table ip shape {
			chain last {
				type filter hook postrouting priority mangle; policy accept;
				ip saddr $SUBNET oifname "$UP" drop
			}
		}
	END
}
repair() { run nft delete table ip shape; }
ask "$NS1" "$OUT"
