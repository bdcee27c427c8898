# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 (filter) ─ BR ─ host ─ UP ── outside

world
fault() { filter "$PORT1" ingress; }
repair() { run tc qdisc del dev "$PORT1" clsact; }
ask "$NS1" "$OUT"
