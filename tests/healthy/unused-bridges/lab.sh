# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#            docker0 (no carrier), lonely0 (no address), dead0 (down) ┘

world
make_bridge docker0 172.17.0.1/16
make_bridge lonely0
run ip link add name dead0 type bridge
run ip addr add 10.250.0.1/24 dev dead0
ask "$NS1" "$OUT"
