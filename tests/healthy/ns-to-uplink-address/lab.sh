# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host UPADDR ─ UP

world
ask "$NS1" "$UPADDR"
