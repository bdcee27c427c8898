# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ──────────────────┐
#   NS2 10.77.0.2/24 ── PORT2 ─ other0 host

plain_sysctls host
setup_ns "$NS1" "$NS2"
make_bridge "$BR" "$BRADDR/$PFX"
make_bridge other0 10.77.0.1/24
attach "$NS1" "$NS1IF" "$NS1ADDR/$PFX" "$PORT1" "$BR" "$BRADDR"
attach "$NS2" "$NS2IF" 10.77.0.2/24 "$PORT2" other0 10.77.0.1
forward_on
settled_inside
LAB_ADDRESS_OF[$NS2]=10.77.0.2
ask "$NS1" "$NS2"
