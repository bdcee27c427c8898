# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 (isolated) ┐
#                          BR ─ host
#   NS2 ── PORT2 ───────────┘

world
run bridge link set dev "$PORT1" isolated on
ask "$NS1" "$NS2"
