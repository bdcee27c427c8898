# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (port 5000) ── PORT1 ─ BR ─ host (BRADDR:5353 was GW, and is OUT; conntrack: GW, where nobody listens) ─ UP ── outside

needs python3 conntrack
world
# served_by ADDRESS: who answers for the name server of the host
served_by()
{
	run nft delete table ip service 2>/dev/null || true
	nft_in host <<-END
		table ip service {
			chain pre {
				type nat hook prerouting priority dstnat; policy accept;
				ip daddr $BRADDR udp dport 5353 dnat to $1:53
			}
		}
	END
}
served_by "$OUT"
works() { datagram_from "$NS1" 5000 "$BRADDR" 5353 2>/dev/null; }
fault()
{
	served_by "$GW"
	run conntrack -F 2>/dev/null || true
	works || true
	served_by "$OUT"
}
repair() { run conntrack -D -p udp --sport 5000 >/dev/null 2>&1; }
ask --proto udp "$NS1" "$BRADDR:5353/udp"
