# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (3 of 4) ─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table ip flaky {
			chain forward {
				type filter hook forward priority filter; policy accept;
				tcp flags & (syn | ack) == syn numgen inc mod 4 == 0 drop
			}
		}
	END
}
repair() { run nft delete table ip flaky; }
works()
{
	local i
	for i in 1 2 3 4 5 6 7 8; do
		LAB_PATIENCE=0.4 tcp_works "$NS1" "$OUT" 443 || return 1
	done
}
ask --count 100 --interval 0.02 --proto tcp "$NS1" "$OUT:443"
