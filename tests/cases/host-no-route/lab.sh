# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (no default) ✗─ UP ── outside

world
fault() { run ip route del default; }
repair() { run ip route add default via "$GW"; }
ask "$NS1" "$OUT"
