# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (127.0.0.1:8080)

world
NO_BEFORE=1
listen host 127.0.0.1:8080
repair() { listen host "$BRADDR:8080"; }
ask "$NS1" "$BRADDR:8080"
