# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   host ✗─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table inet filter {
			chain output {
				type filter hook output priority filter; policy drop;
				oifname "lo" accept
				ct state established accept
			}
		}
	END
}
repair() { run nft delete table inet filter; }
ask host "$OUT"
