# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ─✗ PORT2 ┘

world
fault() { run ip link set dev "$PORT2" down; }
repair() { run ip link set dev "$PORT2" up; wait_for port_forwards host "$PORT2"; }
ask "$NS1" "$NS2ADDR"
