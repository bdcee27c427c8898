# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (policy) ─ UP ── outside

world
fault() { run ip xfrm policy add dir fwd src "$SUBNET" dst 0.0.0.0/0 action block 2>/dev/null || skip 'the kernel has no IPsec'; }
repair() { run ip xfrm policy delete dir fwd src "$SUBNET" dst 0.0.0.0/0; }
ask "$NS1" "$OUT"
