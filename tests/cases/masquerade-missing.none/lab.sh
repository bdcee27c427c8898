# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──(src NS1ADDR)── outside, which knows no way back

world
fault() { run nft flush ruleset; }
repair() { nat_on; }
ask "$NS1" "$OUT:443"
