# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗(53/udp) ── PORT1 ─ BR ─ host ─ UP ── outside

world
fault()
{
	nft_in "$NS1" <<-END
		table inet own {
			chain out {
				type filter hook output priority filter; policy accept;
				udp dport 53 drop
			}
		}
	END
}
repair() { at "$NS1" nft delete table inet own; }
ask "$NS1" "$OUT:53/udp"
