# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (via NS2ADDR) ── PORT1 ─ BR ─ PORT2 ── NS2 ✗

world
fault() { at "$NS1" ip route replace default via "$NS2ADDR"; }
repair() { at "$NS1" ip route replace default via "$BRADDR"; }
ask "$NS1" "$OUT"
