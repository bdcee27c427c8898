# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (default via NOBODY) ✗── PORT1 ─ BR BRADDR ─ host ─ UP ── outside

world
fault() { at "$NS1" ip route replace default via "$NOBODY"; }
repair() { at "$NS1" ip route replace default via "$BRADDR"; }
ask "$NS1" "$OUT"
