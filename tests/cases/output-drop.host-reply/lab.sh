# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host
#            answers ──✗

needs iptables-nft
world
fault()
{
	run ipt -A OUTPUT -o lo -j ACCEPT
	run ipt -A OUTPUT -o "$UP" -j ACCEPT
	run ipt -P OUTPUT DROP
}
repair() { run ipt -P OUTPUT ACCEPT; }
ask "$NS1" "$BRADDR"
