# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘ (8080 accepts nothing, 8081 does)

world
listen "$NS2" "$NS2ADDR:8081"
listen "$NS2" "$NS2ADDR:8080/backlog=0"
NO_BEFORE=1
repair() { accepting "$NS2" "$NS2ADDR:8080"; }
ask "$NS1" "$NS2:8080"
