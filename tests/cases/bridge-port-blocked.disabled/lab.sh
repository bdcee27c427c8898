# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ✗─ BR ─ host ─ UP ── outside

world
fault() { run bridge link set dev "$PORT1" state 0; }
repair() { run bridge link set dev "$PORT1" state 3; }
ask "$NS1" "$OUT"
