# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (TTL 1) ── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { hops 1; }
repair() { hops 64; }
ask "$NS1" "$OUT"
