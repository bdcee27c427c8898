# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside ──(1400) far

world
narrow_outside
works() { uploads "$NS1" "$FAR"; }
ask "$NS1" "$FAR"
