# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──(4 of 5) outside

world
fault()
{
	nft_in outside <<-END
		table netdev flaky {
			chain in {
				type filter hook ingress device up0 priority 0; policy accept;
				icmp type echo-request numgen inc mod 5 == 0 drop
			}
		}
	END
}
repair() { at outside nft delete table netdev flaky; }
works() { within "$NS1" ping -n -q -c16 -i0.02 -W1 "$OUT" 2>/dev/null | grep -q ' 0% packet loss'; }
ask --count 16 "$NS1" "$OUT"
