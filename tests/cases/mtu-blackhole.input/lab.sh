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
# an upload of more than a few packets
works()
{
	within "$NS1" timeout 2 bash -c \
		"exec 3<>/dev/tcp/$FAR/443; head -c 50000 /dev/zero >&3; head -c 50000 <&3 | wc -c | grep -qx 50000" 2>/dev/null
}
ask "$NS1" "$OUT"
