# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (notrack, so no masquerade) ─ UP ──(src NS1ADDR)── outside, which knows no way back

world
fault()
{
	nft_in host <<-END
	table ip bypass {
		chain early {
			type filter hook prerouting priority raw; policy accept;
			ip saddr $SUBNET notrack
		}
	}
	END
}
repair() { run nft delete table ip bypass; }
ask "$NS1" "$OUT"
