# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (answers are not tracked) ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
run nft 'add table ip raw9'
run nft 'add chain ip raw9 pre { type filter hook prerouting priority raw; }'
fault() { run nft "add rule ip raw9 pre iifname \"$BR\" tcp sport 5000 notrack"; }
repair() { run nft flush chain ip raw9 pre; }
ask outside "$NS1:5000"
