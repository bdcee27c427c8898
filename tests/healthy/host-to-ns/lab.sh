# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   host ─ BR ─ PORT1 ── NS1:8080

world
listen "$NS1" "$NS1ADDR:8080"
ask host "$NS1:8080"
