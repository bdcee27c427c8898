# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (no default) ✗── PORT1 ─ BR BRADDR ─ host ─ UP ── outside

world
fault() { at "$NS1" ip route del default; }
repair() { step_route; }
ask "$NS1" "$OUT"
