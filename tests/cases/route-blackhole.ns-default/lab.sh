# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (default unreachable, metric lower than the real one) ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
at "$NS1" ip route replace default via "$BRADDR" metric 100
at "$NS1" ip route del default via "$BRADDR" metric 0
fault() { at "$NS1" ip route add unreachable default metric 50; }
repair() { at "$NS1" ip route del unreachable default metric 50; }
ask "$NS1" "$OUT"
