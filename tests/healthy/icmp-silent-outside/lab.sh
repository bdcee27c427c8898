# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──✗(icmp) outside

world
cloud "icmp type echo-request drop"
ask "$NS1" "$OUT"
works() { tcp_works "$NS1" "$OUT" 443; }
