# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR (forwarding 0) ✗ host ─ UP ── outside

world
fault() { sysctl4 host "$BR" forwarding 0; }
repair() { sysctl4 host "$BR" forwarding 1; }
ask "$NS1" "$OUT"
