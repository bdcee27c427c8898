# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (policy) ── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { at "$NS1" ip xfrm policy add dir out src "$NS1ADDR/32" dst "$OUTNET" action block 2>/dev/null || skip 'the kernel has no IPsec'; }
repair() { at "$NS1" ip xfrm policy delete dir out src "$NS1ADDR/32" dst "$OUTNET"; }
ask "$NS1" "$OUT"
