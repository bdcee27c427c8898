# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗ (forwarding 0) UP ── outside

world
fault() { sysctl4 host "$UP" forwarding 0; }
repair() { sysctl4 host "$UP" forwarding 1; }
ask "$NS1" "$OUT"
