# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘ :8080

world
listen "$NS2" "$ANY:8080"
ask "$NS1" "$NS2:8080"
