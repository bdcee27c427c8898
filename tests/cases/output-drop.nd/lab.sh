# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
fault()
{
	nft_in "$NS1" <<-END
		table inet strict {
			chain out {
				type filter hook output priority filter; policy drop;
				icmpv6 type echo-request accept
				meta l4proto tcp accept
			}
		}
	END
	at "$NS1" ip neigh flush dev "$NS1IF"
}
repair() { at "$NS1" nft delete table inet strict; }
ask "$NS1" "$OUT"
