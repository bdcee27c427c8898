# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside     from a connection's third packet on

world
fault()
{
	nft_in host <<-END
		table inet filter {
			chain forward {
				type filter hook forward priority 0; policy drop;
				meta l4proto != tcp accept
				tcp flags & syn == syn accept
			}
		}
	END
}
repair() { run nft add rule inet filter forward accept; }
works() { tcp_echoes "$NS1" "$OUT" 443; }
ask "$NS1" "$OUT:443"
