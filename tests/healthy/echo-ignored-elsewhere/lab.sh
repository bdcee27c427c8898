# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (icmp_echo_ignore_all) ─ UP ── outside

world
run sysctl -qw net.ipv4.icmp_echo_ignore_all=1
for ns in host "$NS1"; do
	at "$ns" sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=1
done
ask "$NS1" "$OUT"
