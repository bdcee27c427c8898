# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#                       ✗── answers from port 53

world
fault() { quiet 'udp sport 53 drop'; }
repair() { unquiet; }
ask "$NS1" "$OUT:53/udp"
