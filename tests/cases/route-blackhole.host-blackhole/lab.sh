# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (OUT blackhole) ✗─ UP ── outside

world
fault() { run ip route add blackhole "$OUT"; }
repair() { run ip route del blackhole "$OUT"; }
ask "$NS1" "$OUT"
