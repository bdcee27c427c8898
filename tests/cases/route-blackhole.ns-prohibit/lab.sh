# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (OUTNET prohibit) ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { at "$NS1" ip route add prohibit "$OUTNET"; }
repair() { at "$NS1" ip route del prohibit "$OUTNET"; }
ask "$NS1" "$OUT"
