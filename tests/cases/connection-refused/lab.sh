# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside (nothing on 81)

world
NO_BEFORE=1
repair() { listen outside "$OUT:81"; }
ask "$NS1" "$OUT:81"
