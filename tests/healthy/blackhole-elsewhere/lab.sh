# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
for ns in host "$NS1"; do
	at "$ns" ip route add blackhole "$OTHER"
	at "$ns" ip route add unreachable default metric 4000
	at "$ns" ip route add prohibit "$FREE"
	at "$ns" ip route add blackhole default table 100
	at "$ns" ip rule add pref 100 from "$FREE" lookup 100
done
ask "$NS1" "$OUT"
