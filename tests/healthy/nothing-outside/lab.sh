# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host
#   NS2 ── PORT2 ┘

plain_sysctls host
setup_ns "$NS1" "$NS2"
make_bridge "$BR"
attach "$NS1" "$NS1IF" "$NS1ADDR/$PFX" "$PORT1" "$BR"
attach "$NS2" "$NS2IF" "$NS2ADDR/$PFX" "$PORT2" "$BR"
settled_inside
ask "$NS1" "$NS2"
