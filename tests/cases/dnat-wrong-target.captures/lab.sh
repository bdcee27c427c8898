# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (dnat of every 443 to NS2) ─ UP ── outside

world
listen "$NS2" "$ANY:443"
works() { reaches_outside "$NS1" 443; }
fault() { taken 443; }
repair() { run nft delete table inet publish; }
ask "$NS1" "$OUT:443"
