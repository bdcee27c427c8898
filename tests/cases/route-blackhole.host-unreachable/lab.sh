# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (OUTNET unreachable) ✗─ UP ── outside

world
fault() { run ip route add unreachable "$OUTNET"; }
repair() { run ip route del unreachable "$OUTNET"; }
ask "$NS1" "$OUT"
