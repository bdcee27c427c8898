# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
ask --count 200 --interval 0.01 "$NS1" "$OUT:443"
