# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (port 5000) ── PORT1 ─ BR ─ host (BRADDR:5353 was GW, and is OUT; conntrack: GW, where nobody listens) ─ UP ── outside

needs python3 conntrack
world
served_by "$OUT"
works() { asks_service 5000; }
fault()
{
	served_by "$GW"
	run conntrack -F 2>/dev/null || true
	works || true
	served_by "$OUT"
}
repair() { run conntrack -D -p udp --sport 5000 >/dev/null 2>&1; }
ask --proto udp "$NS1" "$BRADDR:5353/udp"
