# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (a quota, of which most is left) ─ UP ── outside

world
quiet "oifname \"$UP\" quota over 100 mbytes used 1 mbytes drop"
ask "$NS1" "$OUT"
