# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ vx0 ═ UP ── outside ═ vx0 (the target)

world
tunnel_on_bridge
run ip link set dev "$PORT1" mtu 1450
at "$NS1" ip link set dev "$NS1IF" mtu 1450
ask "$NS1" "$NOBODY"
