# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   third ── macvlan on BR ─ PORT2 ── NS2

world
setup_ns third
on_parent third mv "$NOBODY/$PFX" bridge "$BR"
LAB_ADDRESS_OF[third]=$NOBODY
ask third "$NS2"
