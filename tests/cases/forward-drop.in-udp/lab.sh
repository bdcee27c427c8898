# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ ✗(udp) host ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:53/udp"
publish 53 "$NS1ADDR:53" udp
fault() { quiet "oifname \"$BR\" udp dport 53 drop"; }
repair() { unquiet; }
ask outside "$NS1:53/udp"
works() { udp_works outside "$UPADDR" 53; }
