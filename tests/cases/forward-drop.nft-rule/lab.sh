# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table ip rulebook {
			set banned {
				type ipv4_addr; flags interval;
				elements = { $OTHER, $SUBNET }
			}
			chain verdicts {
				ip saddr @banned counter drop
			}
			chain inner {
				ip protocol { icmp, tcp, udp } jump verdicts
			}
			chain forward {
				type filter hook forward priority -5; policy accept;
				oifname "$UP" jump inner
			}
		}
	END
}
repair() { run nft delete table ip rulebook; }
ask "$NS1" "$OUT"
