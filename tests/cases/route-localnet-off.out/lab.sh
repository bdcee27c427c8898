# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 :9000 ── PORT1 ─ BR ✗ host 127.0.0.1:9000 (DNAT to NS1, masqueraded)

world
on_loopback
sysctl4 host "$BR" route_localnet 1
fault() { sysctl4 host "$BR" route_localnet 0; }
repair() { sysctl4 host "$BR" route_localnet 1; }
ask host 127.0.0.1:9000
