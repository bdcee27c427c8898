# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside (SERVER knows every name; nobody is at the other address)

world
SERVER=198.51.100.53
at outside ip addr add "$SERVER/32" dev lo
at outside ip route add blackhole 198.51.100.54/32
name_server outside "$SERVER"
resolvers 198.51.100.54 "$SERVER"
ask "$NS1" www.example.org
works() { ping_works "$NS1" "$OUT"; }
