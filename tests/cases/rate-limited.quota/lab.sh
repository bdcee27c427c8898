# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (a quota, used up) ─ UP ── outside

world
fault() { quiet "oifname \"$UP\" quota over 1000 bytes used 1000 bytes drop"; }
repair() { unquiet; }
ask "$NS1" "$OUT"
