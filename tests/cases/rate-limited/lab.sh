# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (5 a second) ─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table ip limits {
			chain forward {
				type filter hook forward priority filter; policy accept;
				icmp type echo-request limit rate over 5/second burst 5 packets drop
			}
		}
	END
}
repair() { run nft delete table ip limits; }
works() { within "$NS1" ping -n -q -c20 -i0.02 -W1 "$OUT" 2>/dev/null | grep -q ' 0% packet loss'; }
ask --count 40 --interval 0.02 "$NS1" "$OUT"
