# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { run bridge fdb replace "$(mac_of "$NS1" "$NS1IF")" dev "$PORT2" master static sticky; }
repair() { run bridge fdb del "$(mac_of "$NS1" "$NS1IF")" dev "$PORT2" master; }
forget() { forget_neighbours; }
ask "$NS1" "$OUT"
