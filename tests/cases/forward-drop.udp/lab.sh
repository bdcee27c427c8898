# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗(53/udp)─ UP ── outside

world
fault() { quiet 'udp dport 53 drop'; }
repair() { unquiet; }
ask "$NS1" "$OUT:53/udp"
