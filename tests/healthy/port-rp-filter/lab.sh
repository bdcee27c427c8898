# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 (rp_filter=1) ─ BR ─ host ─ UP ── outside

world
sysctl4 host "$PORT1" rp_filter 1
sysctl4 host "$PORT2" rp_filter 1
ask "$NS1" "$OUT"
