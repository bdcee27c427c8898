# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-legacy
world
fault() { run iptl -P FORWARD DROP; }
repair() { run iptl -P FORWARD ACCEPT; }
ask "$NS1" "$OUT"
