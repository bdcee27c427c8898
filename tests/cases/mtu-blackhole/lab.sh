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
# an upload of more than a few packets
works()
{
	within "$NS1" timeout 2 bash -c \
		"exec 3<>/dev/tcp/$OUT/443; head -c 50000 /dev/zero >&3; head -c 50000 <&3 | wc -c | grep -qx 50000" 2>/dev/null
}
ask "$NS1" "$OUT"
