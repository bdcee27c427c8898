# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:5000/udp"
publish 4000 "$NS1ADDR:5000" udp
ask outside "$NS1:5000/udp"
works() { udp_works outside "$UPADDR" 4000; }
