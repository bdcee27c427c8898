# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (only OTHER via BRADDR) ✗── PORT1 ─ BR BRADDR ─ host ─ UP ── outside

world
at "$NS1" ip route add "$OTHER" via "$BRADDR"
fault() { at "$NS1" ip route del default; }
repair() { step_route; }
ask "$NS1" "$OUT:443"
