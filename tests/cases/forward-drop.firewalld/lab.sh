# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table inet firewalld {
			chain filter_FORWARD_POLICIES {
				iifname "docker0" accept
			}
			chain filter_FORWARD {
				type filter hook forward priority filter + 10; policy accept;
				ct state { established, related } accept
				ct status dnat accept
				iifname "lo" accept
				ct state invalid drop
				jump filter_FORWARD_POLICIES
				reject with icmpx admin-prohibited
			}
		}
	END
}
repair() { run nft delete table inet firewalld; }
ask "$NS1" "$OUT"
