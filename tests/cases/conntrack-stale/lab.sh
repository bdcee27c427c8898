# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (port 5000) ── PORT1 ─ BR ─ host (conntrack: untranslated) ─ UP ── outside

needs python3 conntrack
world
# without a rule that asks for it nothing is tracked
nft_in host <<<'table inet track { chain f { type filter hook forward priority 0; ct state established accept; }; }'
works() { datagram_from "$NS1" 5000 "$OUT" 53 2>/dev/null; }
fault()
{
	nat_off
	run conntrack -F 2>/dev/null || true
	works || true
	nat_on
}
repair() { run conntrack -D -p udp --sport 5000 >/dev/null 2>&1; }
ask --proto udp "$NS1" "$OUT:53/udp"
