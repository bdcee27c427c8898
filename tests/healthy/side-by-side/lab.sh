# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (three firewalls) ─ UP ── outside

needs iptables-nft iptables-legacy
world
run ipt -A FORWARD -i "$BR" -j ACCEPT
run ipt -A FORWARD -s "$OTHER" -j DROP
run iptl -A FORWARD -o "$BR" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
run iptl -A FORWARD -i "$BR" -o "$UP" -j ACCEPT
run iptl -P FORWARD DROP
nft_in host <<-END
	table inet mine {
		chain forward {
			type filter hook forward priority -200; policy drop;
			ct state vmap { established : accept, related : accept, invalid : drop }
			iifname . oifname { "$BR" . "$UP" } accept
		}
	}
END
ask "$NS1" "$OUT"
