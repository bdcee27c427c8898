# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR (mark) ─ host ✗─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table ip marks {
			chain pre {
				type filter hook prerouting priority mangle; policy accept;
				ip saddr $SUBNET meta mark set meta mark or 0x8000
			}
			chain forward {
				type filter hook forward priority filter; policy accept;
				meta mark and 0x8000 == 0x8000 drop
			}
		}
	END
}
repair() { run nft delete table ip marks; }
ask "$NS1" "$OUT"
