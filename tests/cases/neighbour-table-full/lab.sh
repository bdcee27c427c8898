# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (full table) ─ UP ── outside
#
# The limit is the whole machine's: it can be set only where these namespaces have it to themselves.

world
fault()
{
	limit=$(cat /proc/sys/net/ipv4/neigh/default/gc_thresh3 2>/dev/null) ||
		skip 'the size of the neighbour table cannot be set here'
	run sysctl -qw net.ipv4.neigh.default.gc_thresh3=1
	forget_neighbours
}
repair() { run sysctl -qw net.ipv4.neigh.default.gc_thresh3="$limit"; }
ask "$NS1" "$OUT"
