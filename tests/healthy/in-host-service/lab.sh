# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   host ─ UP ── outside

world
listen host "$UPADDR:5000"
run sysctl -qw net.ipv4.icmp_echo_ignore_all=1
ask outside "$UPADDR:5000"
