# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table inet filter {
			chain forward {
				type filter hook forward priority filter; policy drop;
				ct state established,related accept
				iifname "docker0" accept
			}
		}
	END
}
repair() { run nft delete table inet filter; }
ask "$NS1" "$OUT"
