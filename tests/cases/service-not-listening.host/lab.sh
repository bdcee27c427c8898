# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (nothing on 8080)

world
NO_BEFORE=1
repair() { listen host "$ANY:8080"; }
ask "$NS1" "$BRADDR:8080"
