# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──✗(icmp) outside

world
nft_in outside <<-END
	table ip cloud {
		chain in {
			type filter hook input priority filter; policy accept;
			icmp type echo-request reject with icmp type admin-prohibited
		}
	}
END
ask "$NS1" "$OUT"
works() { tcp_works "$NS1" "$OUT" 443; }
