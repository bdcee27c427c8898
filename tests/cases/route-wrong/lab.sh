# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (default without a gateway) ── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { at "$NS1" ip route replace default dev "$NS1IF"; }
repair() { at "$NS1" ip route replace default via "$BRADDR"; }
ask "$NS1" "$OUT"
