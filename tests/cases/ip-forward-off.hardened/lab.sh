# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside
#
# The kernel itself changes accept_redirects and the switch of every interface when ip_forward changes.

world
make_bridge other0
fault()
{
	forward_off
	run sysctl -qw net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.default.accept_redirects=0
	sysctl4 host other0 forwarding 1
}
repair() { forward_on; }
ask "$NS1" "$OUT"
