# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─✗ BR ─ host ─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table bridge guard {
			chain from_host {
				type filter hook output priority 0; policy accept;
				oifname "$PORT1" ip saddr $OUT drop
			}
		}
	END
}
repair() { run nft delete table bridge guard; }
ask "$NS1" "$OUT"
