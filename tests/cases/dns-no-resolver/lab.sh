# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside (SERVER knows every name)

world
SERVER=198.51.100.53
at outside ip addr add "$SERVER/32" dev lo
name_server outside "$SERVER"
resolvers "$SERVER"
fault() { echo 'options ndots:1' >"$LAB_TMP/resolv.conf"; }
repair() { echo "nameserver $SERVER" >"$LAB_TMP/resolv.conf"; }
works() { grep -q '^nameserver' /etc/resolv.conf; }
ask "$NS1" www.example.org
