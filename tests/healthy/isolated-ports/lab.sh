# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 (isolated) ─ BR ─ host ─ UP ── outside
#   NS2 ── PORT2 (isolated) ┘

world
run bridge link set dev "$PORT1" isolated on
run bridge link set dev "$PORT2" isolated on
ask "$NS1" "$OUT"
