# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
finish_checksums outside up0
fault() { unfinished outside up0 'tcp sport 443'; }
repair() { at outside nft delete table netdev card; }
ask "$NS1" "$OUT:443"
