# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-legacy
world
fault() { run iptl -A FORWARD -o "$UP" -p tcp -m tcp --dport 443 -j REJECT --reject-with tcp-reset; }
repair() { run iptl -F FORWARD; }
ask "$NS1" "$OUT:443"
