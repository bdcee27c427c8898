# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘ :8080, icmp_echo_ignore_all

world
listen "$NS2" "$NS2ADDR:8080"
at "$NS2" sysctl -qw net.ipv4.icmp_echo_ignore_all=1
ask "$NS1" "$NS2:8080"
