# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗─ PORT1 ─ BR ─ host ─ UP ── outside

needs iptables-legacy
world
fault() { at "$NS1" iptables-legacy -w -P INPUT DROP; }
repair() { at "$NS1" iptables-legacy -w -P INPUT ACCEPT; }
ask "$NS1" "$OUT"
