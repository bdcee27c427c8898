# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──✗(> 1400) outside

world
cloud "meta length > 1400 drop"
ask "$NS1" "$OUT"
