# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (resolv.conf of the host: 127.0.0.53) ── PORT1 ─ BR ─ host (a resolver at 127.0.0.53) ─ UP ── outside

world
SERVER=198.51.100.53
at outside ip addr add "$SERVER/32" dev lo
name_server outside "$SERVER"
name_server host 127.0.0.53
resolvers "$SERVER"
fault() { echo 'nameserver 127.0.0.53' >"$LAB_TMP/resolv.conf"; }
repair() { echo "nameserver $SERVER" >"$LAB_TMP/resolv.conf"; }
works() { ! grep -q '127\.0\.0' /etc/resolv.conf; }
ask "$NS1" www.example.org
