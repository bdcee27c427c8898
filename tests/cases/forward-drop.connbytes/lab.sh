# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside     from a flow's second packet on

needs iptables-nft
world
fault()
{
	run ipt -A FORWARD -s "$NS1ADDR" -m connbytes --connbytes 2 --connbytes-dir original --connbytes-mode packets -j DROP
}
repair() { run ipt -F FORWARD; }
works() { tcp_echoes "$NS1" "$OUT" 443; }
ask "$NS1" "$OUT"
