# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗(REJECT udp)─ UP ── outside

world
fault() { run ipt -I FORWARD -p udp --dport 53 -j REJECT; }
repair() { run ipt -D FORWARD -p udp --dport 53 -j REJECT; }
ask "$NS1" "$OUT:53/udp"
