# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
case $LAB_SET in
1 | 2 | 4 | 5) run ipt -t nat -A POSTROUTING -o "$BR" -j MASQUERADE ;;
3 | 6) run nft "add rule inet edge leave oifname \"$BR\" masquerade" ;;
esac
at "$NS1" ip route del default
ask outside "$NS1:5000"
