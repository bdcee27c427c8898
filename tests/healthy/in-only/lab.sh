# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (1400) ── PORT1 (1400) ─ BR ─ host ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
at "$NS1" ip link set dev "$NS1IF" mtu 1400
run ip link set dev "$PORT1" mtu 1400
nft_in host <<-END
	table inet guard {
		chain f {
			type filter hook forward priority filter; policy drop;
			ct state established,related accept
			iifname "$UP" icmp type echo-request accept
			tcp dport 5000 accept
		}
	}
END
ask outside "$NS1:5000"
