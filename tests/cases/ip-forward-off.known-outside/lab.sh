# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside, which has a name: its address is not claimed twice

world
named outside
fault() { forward_off; }
repair() { forward_on; }
ask "$NS1" "$OUT"
