# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──✗(53) outside

world
SERVER=198.51.100.53
at outside ip addr add "$SERVER/32" dev lo
name_server outside "$SERVER"
resolvers "$SERVER"
fault() { cloud "udp dport 53 drop"; }
repair() { uncloud; }
works() { within "$NS1" timeout 1 bash -c "exec 3<>/dev/udp/$SERVER/53; printf 'ab\1\0\0\1\0\0\0\0\0\0\0\0\1\0\1' >&3; dd bs=100 count=1 <&3" 2>/dev/null | grep -q .; }
ask "$NS1" www.example.org
