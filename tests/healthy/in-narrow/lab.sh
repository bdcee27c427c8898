# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (1400) ── PORT1 (1400) ─ BR ─ host ─ UP (1300) ── outside

world
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
at "$NS1" ip link set dev "$NS1IF" mtu 1400
run ip link set dev "$PORT1" mtu 1400
run ip link set dev "$UP" mtu 1300
ask outside "$NS1:5000"
