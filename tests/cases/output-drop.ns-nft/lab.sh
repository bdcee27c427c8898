# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
fault()
{
	nft_in "$NS1" <<-END
		table ip kill {
			chain out {
				type filter hook output priority filter; policy accept;
				ip daddr $OUTNET drop
			}
		}
	END
}
repair() { at "$NS1" nft delete table ip kill; }
ask "$NS1" "$OUT"
