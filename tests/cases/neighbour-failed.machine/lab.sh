# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ vnet0 ══ ✗ a machine

world
machine_on_bridge
fault() { at machine ip link set dev eth0 down; }
repair() { at machine ip link set dev eth0 up; }
ask "$NS1" "$NOBODY"
