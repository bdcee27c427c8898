# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗(icmp)─ UP ── outside

world
fault() { quiet 'icmp type echo-request counter drop'; }
repair() { unquiet; }
ask "$NS1" "$OUT"
