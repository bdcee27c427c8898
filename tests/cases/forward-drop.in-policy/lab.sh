# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
needs iptables
fault() { run ipt -P FORWARD DROP; }
repair() { run ipt -P FORWARD ACCEPT; }
ask outside "$NS1:5000"
