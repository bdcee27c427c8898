# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
nat_only "$OTHER" "$UP"
nft_in host <<-END
	table ip zz_late {
		chain out {
			type nat hook postrouting priority 110; policy accept;
			ip saddr { $FREE, $SUBNET } oifname != "$BR" masquerade
		}
	}
END
ask "$NS1" "$OUT"
