# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP (filter) ── outside

world
fault() { filter "$UP" egress; }
repair() { run tc qdisc del dev "$UP" clsact; }
ask "$NS1" "$OUT"
