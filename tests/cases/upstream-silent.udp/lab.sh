# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──✗(udp) outside

world
fault()
{
	nft_in outside <<-END
		table netdev cloud {
			chain in {
				type filter hook ingress device up0 priority 0; policy accept;
				ip protocol udp drop
			}
		}
	END
}
repair() { at outside nft delete table netdev cloud; }
ask "$NS1" "$OUT:53/udp"
