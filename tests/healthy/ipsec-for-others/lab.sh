# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (policies) ─ UP ── outside

world
run ip xfrm policy add dir fwd src "$SUBNET" dst 0.0.0.0/0 priority 10 action allow 2>/dev/null || skip 'the kernel has no IPsec'
run ip xfrm policy add dir fwd src "$SUBNET" dst 0.0.0.0/0 proto udp priority 5 action block
run ip xfrm policy add dir fwd src 0.0.0.0/0 dst 0.0.0.0/0 priority 20 action block
run ip xfrm policy add dir fwd src 0.0.0.0/0 dst "$UPADDR/32" priority 15 action allow
run ip xfrm policy add dir out src 203.0.113.0/24 dst "$OUTNET" action block
ask "$NS1" "$OUT"
