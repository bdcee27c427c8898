# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘ :5353/udp, INPUT drops it

world
listen "$NS2" "$NS2ADDR:5353/udp"
fault() { ipt_in "$NS2" -A INPUT -p udp --dport 5353 -j DROP; }
repair() { ipt_in "$NS2" -D INPUT -p udp --dport 5353 -j DROP; }
ask "$NS1" "$NS2:5353/udp"
