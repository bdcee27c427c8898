# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗(8080) host

world
listen host "$BRADDR:8080"
fault()
{
	nft_in host <<-END
		table inet filter {
			chain input {
				type filter hook input priority filter; policy accept;
				tcp dport { 23, 8080 } drop
			}
		}
	END
}
repair() { run nft delete table inet filter; }
ask "$NS1" "$BRADDR:8080"
