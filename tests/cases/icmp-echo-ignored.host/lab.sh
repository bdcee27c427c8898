# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─✗ host

world
fault() { run sysctl -qw net.ipv4.icmp_echo_ignore_all=1; }
repair() { run sysctl -qw net.ipv4.icmp_echo_ignore_all=0; }
ask "$NS1" "$BRADDR"
