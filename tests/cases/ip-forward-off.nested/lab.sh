# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   inner ── cbr ✗ middle ── NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
nested
named middle
fault() { at middle sysctl -qw net.ipv4.ip_forward=0; }
repair() { at middle sysctl -qw net.ipv4.ip_forward=1; }
ask inner "$OUT"
