# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#                       stray0, stray1 (down) ┘

world
run ip link add name stray0 type veth peer name stray1
run ip link add name stray2 type veth peer name stray3 netns "$NS1"
run ip link set dev stray2 up
run ip link set dev "$PORT2" down
ask "$NS1" "$OUT"
