# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (INPUT: no ICMP errors) ── PORT1 ─ BR ─ host ─ UP (mtu 1400) ── outside

world
FAR=$OUT
run ip link set dev "$UP" mtu 1400
fault()
{
	at "$NS1" ip route flush cache # a path MTU that was learned before
	nft_in "$NS1" <<-END
		table inet own {
			chain in {
				type filter hook input priority filter; policy drop;
				icmp type echo-reply accept
				meta l4proto tcp accept
				meta l4proto udp accept
			}
		}
	END
}
repair() { at "$NS1" nft delete table inet own; }
works() { uploads "$NS1" "$FAR"; }
forget() { at "$NS1" ip route flush cache; } # a path MTU that was learned
ask "$NS1" "$OUT"
