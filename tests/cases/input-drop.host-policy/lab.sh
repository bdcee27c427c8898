# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗ host

needs iptables-nft
world
fault()
{
	run ipt -A INPUT -i lo -j ACCEPT
	run ipt -A INPUT -i "$UP" -j ACCEPT
	run ipt -P INPUT DROP
}
repair() { run ipt -P INPUT ACCEPT; }
ask "$NS1" "$BRADDR"
