# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside, which knows the way back

world
nat_off
at outside ip route add "$SUBNET" via "$UPADDR"
# conntrack works where a rule wants it
nft_in host <<-END
	table inet watch {
		chain pass {
			type filter hook forward priority filter; policy accept;
			ct state invalid drop
		}
	}
END
within "$NS1" ping -n -q -c1 -W1 "$OUT" >/dev/null
fault() { forward_off; }
repair() { forward_on; }
ask "$NS1" "$OUT"
