# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside (nothing on 54/udp)

world
NO_BEFORE=1
repair() { listen outside "$OUT:54/udp"; }
ask "$NS1" "$OUT:54/udp"
