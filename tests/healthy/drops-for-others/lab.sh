# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (drops) ─ UP ── outside

world
nft_in host <<-END
	table inet filter {
		chain forward {
			type filter hook forward priority filter; policy accept;
			ip saddr $OTHER counter packets 4711 bytes 815000 drop
			iifname "docker0" counter packets 12 bytes 1008 drop
			oifname "wg0" reject
			tcp dport { 25, 445 } counter packets 3 bytes 180 drop
			ip daddr $FREE drop
			icmp type { redirect, router-advertisement } drop
			ct state invalid drop
		}
		chain input {
			type filter hook input priority filter; policy drop;
			iifname "lo" accept
			ct state established,related accept
		}
	}
END
ask "$NS1" "$OUT"
