# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (OUTNET prohibit) ✗─ UP ── outside

world
fault() { run ip route add prohibit "$OUTNET"; }
repair() { run ip route del prohibit "$OUTNET"; }
ask "$NS1" "$OUT"
