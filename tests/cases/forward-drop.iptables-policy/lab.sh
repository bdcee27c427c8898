# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside

needs iptables-nft
world
fault() { run ipt -P FORWARD DROP; }
repair() { run ipt -P FORWARD ACCEPT; }
ask "$NS1" "$OUT"
