# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (5000 accepts nothing) ── PORT1 ─ BR ─ host ─ UP ── outside

world
publish 5000 "$NS1ADDR:5000"
listen "$NS1" "$NS1ADDR:5000/backlog=0"
NO_BEFORE=1
repair() { accepting "$NS1" "$NS1ADDR:5000"; }
ask outside "$NS1:5000"
