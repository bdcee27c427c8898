# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (no NAT) ─ UP ── outside

world
fault() { nat_off; }
repair() { nat_on; }
ask --proto udp "$NS1" "$OUT:53"
works() { udp_works "$NS1" "$OUT" 53; }
