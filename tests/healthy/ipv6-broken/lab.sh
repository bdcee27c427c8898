# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
for ns in host "$NS1"; do
	at "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
done
nft_in host <<-END
	table ip6 filter {
		chain forward { type filter hook forward priority filter; policy drop; }
	}
END
ask "$NS1" "$OUT"
