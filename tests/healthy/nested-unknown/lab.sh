# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   inner ── (nobody knows where) ── NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
nested
ask inner "$OUT"
