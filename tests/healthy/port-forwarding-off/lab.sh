# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 (forwarding=0) ─ BR ─ host ─ UP ── outside

world
sysctl4 host "$PORT1" forwarding 0
sysctl4 host default forwarding 0
sysctl4 "$NS1" "$NS1IF" forwarding 0
ask "$NS1" "$OUT"
