# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗ host ── UP ── outside

needs iptables-legacy
world
fault() { run iptl -A FORWARD -i "$UP" -o "$BR" -j DROP; }
repair() { run iptl -F FORWARD; }
ask "$NS1" "$OUT"
