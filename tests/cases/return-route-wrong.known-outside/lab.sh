# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR SUBNET ─ host (SUBNET_HALF via GW) ─ UP ── outside, a namespace that is known
#                     ✗── answers ──────────────────────>

world
named outside
fault() { run ip route add "$SUBNET_HALF" via "$GW"; }
repair() { run ip route del "$SUBNET_HALF" via "$GW"; }
ask "$NS1" "$OUT"
