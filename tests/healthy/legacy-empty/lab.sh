# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

needs iptables-legacy
world
iptl -L -n >/dev/null
iptl -t nat -L -n >/dev/null
ask "$NS1" "$OUT"
