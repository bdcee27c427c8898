# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
listen host "$UPADDR:5000"
listen "$NS1" "$NS1ADDR:5000"
ask outside "$NS1:5000"
