# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──✗(udp) outside

world
fault() { cloud "ip protocol udp drop"; }
repair() { uncloud; }
ask "$NS1" "$OUT:53/udp"
