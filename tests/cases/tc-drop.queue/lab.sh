# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP (tbf) ── outside

world
fault() { run tc qdisc add dev "$UP" root tbf rate 8kbit burst 60 latency 10ms 2>/dev/null || skip 'the kernel has no tbf'; }
repair() { run tc qdisc del dev "$UP" root; }
ask "$NS1" "$OUT"
