# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (NS1ADDR blackhole) ✗─ UP ── outside

world
fault() { run ip route add blackhole "$NS1ADDR"; }
repair() { run ip route del blackhole "$NS1ADDR"; }
ask "$NS1" "$OUT"
