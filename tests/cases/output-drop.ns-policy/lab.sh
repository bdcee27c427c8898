# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗── PORT1 ─ BR ─ host ─ UP ── outside

needs iptables-nft
world
fault()
{
	ipt_in "$NS1" -A OUTPUT -o lo -j ACCEPT
	ipt_in "$NS1" -A OUTPUT -d "$SUBNET" -j ACCEPT
	ipt_in "$NS1" -P OUTPUT DROP
}
repair() { ipt_in "$NS1" -P OUTPUT ACCEPT; }
ask "$NS1" "$OUT"
