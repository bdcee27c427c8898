# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (FORWARD: no "too big") ─ UP ── outside ──(1400) far

world
narrow_outside
fault()
{
	at "$NS1" ip route flush cache # a path MTU that was learned before
	quiet 'icmp type destination-unreachable drop'
}
repair() { unquiet; }
works() { uploads "$NS1" "$FAR"; }
forget() { at "$NS1" ip route flush cache; } # a path MTU that was learned
ask "$NS1" "$FAR"
