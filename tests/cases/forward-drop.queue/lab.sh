# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (queue 7, which nobody reads) ✗─ UP ── outside

world
needs iptables
fault() { run ipt -I FORWARD -i "$BR" -j NFQUEUE --queue-num 7; }
repair() { run ipt -D FORWARD -i "$BR" -j NFQUEUE --queue-num 7; }
ask "$NS1" "$OUT"
