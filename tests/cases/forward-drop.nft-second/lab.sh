# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table inet good {
			chain forward {
				type filter hook forward priority -10; policy accept;
				iifname "$BR" accept
				oifname "$BR" accept
			}
		}
		table inet bad {
			chain forward {
				type filter hook forward priority 10; policy drop;
				ct state established,related accept
			}
		}
	END
}
repair() { run nft delete table inet bad; }
ask "$NS1" "$OUT"
