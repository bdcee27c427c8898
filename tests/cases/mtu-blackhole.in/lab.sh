# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (mtu 1500) ── PORT1 ─ BR ─ host ─ UP (mtu 1400) ── outside
#                                └ OUTPUT: no "too big"

world
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
run ip link set dev "$UP" mtu 1400
fault()
{
	nft_in host <<-END
		table inet quiet {
			chain output {
				type filter hook output priority filter; policy accept;
				icmp type destination-unreachable drop
				icmpv6 type packet-too-big drop
			}
		}
	END
}
repair() { run nft delete table inet quiet; }
works() { uploads "$NS1" "$OUT"; }
ask outside "$NS1:5000"
