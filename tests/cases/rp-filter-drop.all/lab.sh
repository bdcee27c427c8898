# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──> outside
#                         └ ✗wan1 <──┘   all.rp_filter=1, wan1.rp_filter=0

world
second_uplink
fault() { sysctl4 host all rp_filter 1; }
repair() { sysctl4 host all rp_filter 0; }
ask "$NS1" "$OUT"
