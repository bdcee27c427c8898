# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (rule: lookup 500) ── PORT1 ─ BR ─ host ─ UP ── outside

world
at "$NS1" ip route del default
at "$NS1" ip route add default via "$BRADDR" table 500
at "$NS1" ip rule add pref 500 lookup 500
ask "$NS1" "$OUT"
