# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (2000 rules) ─ UP ── outside

world
{
	echo 'table inet large { chain forward { type filter hook forward priority filter; policy drop;'
	echo 'ct state established accept'
	for ((i = 0; i < 2000; i++)); do
		echo "ip saddr 10.$((100 + i / 256)).$((i % 256)).0/24 tcp dport $((1024 + i)) counter drop"
	done
	echo "iifname \"$BR\" oifname \"$UP\" accept"
	printf '}\n}\n'
} | nft -f -
ask "$NS1" "$OUT"
