# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (notrack, but for name service and another source) ─ UP ── outside

world
nft_in host <<-END
table ip bypass {
	chain early {
		type filter hook prerouting priority raw; policy accept;
		udp dport 53 notrack
		ip saddr 192.0.2.0/24 notrack
	}
}
END
ask "$NS1" "$OUT"
