# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (2000 rules) ─ UP ── outside

world
nft_in host <<-END
	table inet large {
		chain forward {
			type filter hook forward priority filter; policy drop;
			ct state established accept
		}
	}
END
# in portions: what one message may hold is less for those who are not root
for ((i = 0; i < 2000; i += 100)); do
	for ((j = i; j < i + 100; j++)); do
		echo "add rule inet large forward ip saddr 10.$((100 + j / 256)).$((j % 256)).0/24 tcp dport $((1024 + j)) counter drop"
	done | nft -f -
done
run nft "add rule inet large forward iifname \"$BR\" oifname \"$UP\" accept"
ask "$NS1" "$OUT"
