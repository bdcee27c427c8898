# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ✗─ PORT2 ┘

world
fault() { at "$NS2" sysctl -qw net.ipv4.icmp_echo_ignore_all=1; }
repair() { at "$NS2" sysctl -qw net.ipv4.icmp_echo_ignore_all=0; }
ask "$NS1" "$NS2"
