# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
fault() { run ipt -A FORWARD -i "$BR" -o "$UP" -j DROP; }
repair() { run ipt -D FORWARD -i "$BR" -o "$UP" -j DROP; }
ask outside "$NS1:5000"
