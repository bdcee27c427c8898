# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   host (no default) ✗─ UP ── GW outside

world
fault() { run ip route del default; }
repair() { run ip route add default via "$GW"; }
ask host "$OUT"
