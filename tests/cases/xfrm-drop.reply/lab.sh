# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (policies) ─ UP ── outside
#
# An answer to what was masqueraded is held against the policies with the address that it came in for.

world
fault()
{
	run ip xfrm policy add dir fwd src "$SUBNET" dst 0.0.0.0/0 priority 10 action allow 2>/dev/null ||
		skip 'the kernel has no IPsec'
	run ip xfrm policy add dir fwd src 0.0.0.0/0 dst "$SUBNET" priority 10 action allow
	run ip xfrm policy add dir fwd src 0.0.0.0/0 dst 0.0.0.0/0 priority 20 action block
}
repair() { run ip xfrm policy delete dir fwd src 0.0.0.0/0 dst 0.0.0.0/0; }
ask "$NS1" "$OUT"
