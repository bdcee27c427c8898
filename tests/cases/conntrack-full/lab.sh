# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (full table) ─ UP ── outside
#
# The limit is the whole machine's: it can be set only where these namespaces have it to themselves.

world
fault()
{
	limit=$(cat /proc/sys/net/netfilter/nf_conntrack_max 2>/dev/null) || skip 'the kernel has no conntrack'
	[ -w /proc/sys/net/netfilter/nf_conntrack_max ] || skip 'the size of the conntrack table cannot be set here'
	run sysctl -qw net.netfilter.nf_conntrack_max=1
}
repair() { run sysctl -qw net.netfilter.nf_conntrack_max="$limit"; }
ask "$NS1" "$OUT"
