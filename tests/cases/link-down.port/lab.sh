# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ──✗ PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { run ip link set dev "$PORT1" down; }
repair() { step_portup; wait_for port_forwards host "$PORT1"; }
ask "$NS1" "$OUT"
