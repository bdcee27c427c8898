# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── GW (ttl exceeded)

world
fault()
{
	at outside sysctl -qw net.ipv4.ip_forward=1
	at outside ip addr del "$OUT/32" dev lo
	at outside ip route add "$OUT" via "$UPADDR"
	nft_in outside <<-END
		table ip cloud {
			chain last_turn {
				type filter hook prerouting priority mangle; policy accept;
				ip daddr $OUT ip ttl set 1
			}
		}
	END
}
repair()
{
	at outside nft delete table ip cloud
	at outside ip route del "$OUT" via "$UPADDR"
	at outside ip addr add "$OUT/32" dev lo
}
ask "$NS1" "$OUT"
