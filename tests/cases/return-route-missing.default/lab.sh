# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (default via GW) ─ UP ── outside
#                     ✗── answers ──────────────>

world
fault() { run ip route del "$SUBNET" dev "$BR"; }
repair() { run ip route add "$SUBNET" dev "$BR" src "$BRADDR"; }
ask "$NS1" "$OUT"
