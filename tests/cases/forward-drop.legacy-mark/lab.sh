# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-legacy
world
fault()
{
	run iptl -t mangle -A PREROUTING -i "$BR" -s "$NS1ADDR" -j MARK --set-xmark 0x70/0xf0
	run iptl -A FORWARD -m mark --mark 0x30/0xf0 -j ACCEPT
	run iptl -A FORWARD -m mark --mark 0x70/0xf0 -j DROP
}
repair() { run iptl -F FORWARD; }
ask "$NS1" "$OUT"
