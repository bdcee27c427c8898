# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside ✗

world
fault()
{
	nft_in outside <<-END
		table ip cloud {
			chain in {
				type filter hook input priority filter; policy accept;
				ip daddr $OUT reject with icmp type admin-prohibited
			}
		}
	END
}
repair() { at outside nft delete table ip cloud; }
ask "$NS1" "$OUT"
