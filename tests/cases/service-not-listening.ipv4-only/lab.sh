# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘ (0.0.0.0:8080)

world
NO_BEFORE=1
listen "$NS2" 0.0.0.0:8080
repair() { listen "$NS2" "$NS2ADDR:8080"; }
ask "$NS1" "$NS2:8080"
