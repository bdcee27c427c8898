# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside:9999/udp

world
listen outside "$OUT:9999/udp"
ask --proto udp "$NS1" "$OUT:9999"
works() { udp_works "$NS1" "$OUT" 9999; }
