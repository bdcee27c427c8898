# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host, 127.0.0.1:53/udp

world
NO_BEFORE=1
listen host 127.0.0.1:53/udp
repair() { listen host "$BRADDR:53/udp"; }
ask "$NS1" "$BRADDR:53/udp"
