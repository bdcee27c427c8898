# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘ :5353/udp says nothing

world
NO_BEFORE=1
listen "$NS2" "$NS2ADDR:5353/silent"
repair() { listen "$NS2" "$NS2ADDR:5353/udp"; } # the newer socket gets what comes
ask "$NS1" "$NS2:5353/udp"
