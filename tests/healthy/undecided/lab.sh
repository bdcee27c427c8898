# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (perhaps not at noon) ─ UP ── outside

world
run nft -f - <<-END
	table inet hours {
		chain forward {
			type filter hook forward priority 0;
			meta hour "00:00"-"00:00" drop
		}
	}
END
ask --no-probe "$NS1" "$OUT"
