# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (TTL 1) ── PORT1 ─ BR (the target)

world
hops 1
ask "$NS1" "$BRADDR"
