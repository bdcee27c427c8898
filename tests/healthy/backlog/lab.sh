# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘ (8080 is slow, 8081 is full)

world
listen "$NS2" "$NS2ADDR:8080/backlog=8" "$NS2ADDR:8081/backlog=0"
ask "$NS1" "$NS2:8080"
