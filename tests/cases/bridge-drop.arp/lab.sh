# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─✗ BR ─ host ─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table bridge spoof {
			chain in {
				type filter hook input priority 0; policy accept;
				iifname "$PORT1" ether saddr != 00:16:3e:00:00:01 drop
			}
		}
	END
	forget_neighbours
}
repair() { run nft delete table bridge spoof; }
ask "$NS1" "$OUT"
