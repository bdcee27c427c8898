# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── GW ✗ OUT

world
fault()
{
	at outside sysctl -qw net.ipv4.ip_forward=1
	at outside ip addr del "$OUT/32" dev lo
	at outside ip route add unreachable "$OUT"
}
repair()
{
	at outside ip route del unreachable "$OUT"
	at outside ip addr add "$OUT/32" dev lo
}
ask "$NS1" "$OUT"
