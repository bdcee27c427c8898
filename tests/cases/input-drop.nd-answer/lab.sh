# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
fault()
{
	nft_in "$NS1" <<-END
		table ip6 strict {
			chain in {
				type filter hook input priority filter; policy accept;
				icmpv6 type nd-neighbor-advert drop
			}
		}
	END
	at "$NS1" ip neigh flush dev "$NS1IF"
}
repair() { at "$NS1" nft delete table ip6 strict; }
ask "$NS1" "$OUT"
