# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘ (nothing on 5353/udp, a TCP service on 5353)

world
NO_BEFORE=1
listen "$NS2" "$NS2ADDR:5353"
repair() { listen "$NS2" "$NS2ADDR:5353/udp"; }
ask "$NS1" "$NS2:5353/udp"
