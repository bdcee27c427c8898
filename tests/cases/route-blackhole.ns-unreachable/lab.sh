# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (OUTNET unreachable) ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { at "$NS1" ip route add unreachable "$OUTNET"; }
repair() { at "$NS1" ip route del unreachable "$OUTNET"; }
ask "$NS1" "$OUT"
