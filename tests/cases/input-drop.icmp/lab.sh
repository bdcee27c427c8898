# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗(icmp) host

needs iptables-nft
world
fault() { run ipt -A INPUT -p icmp --icmp-type echo-request -j DROP; }
repair() { run ipt -F INPUT; }
ask "$NS1" "$BRADDR"
