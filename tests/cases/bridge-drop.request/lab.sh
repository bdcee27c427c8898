# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ✗─ BR ─ host ─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table bridge guard {
			chain to_host {
				type filter hook input priority 0; policy accept;
				iifname "$PORT1" ip daddr $OUT drop
			}
		}
	END
}
repair() { run nft delete table bridge guard; }
ask "$NS1" "$OUT"
