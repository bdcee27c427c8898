# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
at outside ip route add "$SUBNET" via "$UPADDR"
listen "$NS1" "$NS1ADDR:5000"
ask outside "$NS1ADDR:5000"
works() { tcp_works outside "$NS1ADDR" 5000; }
