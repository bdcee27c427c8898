# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (arp_ignore=1, arp_announce=2, arp_filter=1) ─ UP ── outside

world
for ns in host "$NS1"; do
	sysctl4 "$ns" all arp_ignore 1
	sysctl4 "$ns" all arp_announce 2
	sysctl4 "$ns" all arp_filter 1
done
ask "$NS1" "$OUT"
