# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘ ([::]:8080, for both families)

world
listen "$NS2" :::8080/dual
ask "$NS1" "$NS2:8080"
