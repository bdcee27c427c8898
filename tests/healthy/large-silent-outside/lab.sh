# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──✗(> 1400) outside

world
nft_in outside <<-END
	table netdev cloud {
		chain in {
			type filter hook ingress device up0 priority 0; policy accept;
			meta length > 1400 drop
		}
	}
END
ask "$NS1" "$OUT"
