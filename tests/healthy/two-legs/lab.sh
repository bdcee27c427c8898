# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#                   ┌ PORT2 ── NS2IF NS2 NS2ADDR
#   NS1 ── PORT1 ─ BR ─ leg2 ── eth7 NS2 NOBODY

world
attach "$NS2" eth7 "$NOBODY/$PFX" leg2 "$BR"
wait_for port_forwards host leg2
ask "$NS1" "$NS2ADDR"
