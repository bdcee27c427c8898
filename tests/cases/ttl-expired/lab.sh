# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (TTL 1) ── PORT1 ─ BR ─ host ─ UP ── outside

world
hops()
{
	at "$NS1" sysctl -qw net.ipv4.ip_default_ttl="$1"
	sysctl6 "$NS1" all hop_limit "$1"
	sysctl6 "$NS1" "$NS1IF" hop_limit "$1"
}
fault() { hops 1; }
repair() { hops 64; }
ask "$NS1" "$OUT"
