# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (port 5000) ── PORT1 ─ BR ─ host (BRADDR:5353 is OUT; conntrack: OUT, without an answer) ─ UP ── outside

needs python3 conntrack
world
served_by "$OUT"
cloud "ip protocol udp drop"
asks_service 5000 || true
uncloud
ask --proto udp "$NS1" "$BRADDR:5353/udp"
