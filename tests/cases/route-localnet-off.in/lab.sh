# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   outside ── UP ✗ host :8080 (DNAT to 127.0.0.1)

world
listen host 127.0.0.1:8080
publish 8080 127.0.0.1:8080
sysctl4 host "$UP" route_localnet 1
fault() { sysctl4 host "$UP" route_localnet 0; }
repair() { sysctl4 host "$UP" route_localnet 1; }
ask outside "$UPADDR:8080"
