# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗─ PORT1 ─ BR ─ host ─ UP ── outside

needs iptables-legacy
world
fault()
{
	at "$NS1" iptables-legacy -w -A OUTPUT -o lo -j ACCEPT
	at "$NS1" iptables-legacy -w -A OUTPUT -m conntrack --ctstate NEW -j DROP
}
repair() { at "$NS1" iptables-legacy -w -F OUTPUT; }
ask "$NS1" "$OUT"
