# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──> outside
#                         └─ wan1 <──┘ (rp_filter=2; all=1)

world
second_uplink
sysctl4 host all rp_filter 1
sysctl4 host wan1 rp_filter 2
sysctl4 host "$UP" rp_filter 2
ask "$NS1" "$OUT"
