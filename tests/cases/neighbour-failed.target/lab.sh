# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host         ✗ NOBODY

world
NO_BEFORE=1
ask "$NS1" "$NOBODY"
