# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗(443)─ UP ── outside

world
fault() { quiet 'tcp dport 443 drop'; }
repair() { unquiet; }
ask "$NS1" "$OUT:443"
