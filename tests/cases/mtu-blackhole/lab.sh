# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (mtu 1500) ── PORT1 ─ BR ─ host ─ UP (mtu 1400) ── outside
#                                └ OUTPUT: no "too big"

world
fault()
{
	run ip link set dev "$UP" mtu 1400
	nft_in host <<-END
		table ip quiet {
			chain output {
				type filter hook output priority filter; policy accept;
				icmp type destination-unreachable drop
			}
		}
	END
}
repair() { run nft delete table ip quiet; }
works() { uploads "$NS1" "$OUT"; }
forget() { at "$NS1" ip route flush cache; } # a path MTU that was learned
ask "$NS1" "$OUT"
