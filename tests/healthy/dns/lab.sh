# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside (SERVER knows every name)

world
SERVER=198.51.100.53
at outside ip addr add "$SERVER/32" dev lo
name_server outside "$SERVER"
resolvers "$SERVER"
ask "$NS1" www.example.org:443
works() { tcp_works "$NS1" "$OUT" 443; }
