# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (OUTNET via GW, nothing else) ─ UP ── outside
#                     ✗── answers

world
run ip route add "$OUTNET" via "$GW"
run ip route del default
fault() { run ip route del "$SUBNET" dev "$BR"; }
repair() { run ip route add "$SUBNET" dev "$BR" src "$BRADDR"; }
ask "$NS1" "$OUT"
