# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (rule: to OUTNET blackhole) ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { at "$NS1" ip rule add pref 100 to "$OUTNET" blackhole; }
repair() { at "$NS1" ip rule del pref 100; }
ask "$NS1" "$OUT"
