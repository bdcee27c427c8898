# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 (XDP, filters) ─ BR ─ host ─ UP (filters, tbf) ── outside

world
xdp "$PORT1" pass
filter "$PORT1" ingress 198.51.100.1
filter "$UP" egress 198.51.100.1
run tc qdisc add dev "$UP" root tbf rate 100mbit burst 64k latency 50ms 2>/dev/null || true
ask "$NS1" "$OUT"
