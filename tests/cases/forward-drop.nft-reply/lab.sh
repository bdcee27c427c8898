# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#                       ✗── answers

world
fault() { quiet "iifname \"$UP\" ip saddr $OUTNET drop"; }
repair() { unquiet; }
ask "$NS1" "$OUT"
