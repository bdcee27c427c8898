# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ ✗UP ── GW

world
fault() { run ip link set dev "$UP" down; }
repair() { run ip link set dev "$UP" up; }
ask "$NS1" "$GW"
