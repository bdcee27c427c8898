# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ vnet0 ══ a machine

world
setup_hidden_ns machine
taps host vnet0 machine eth0
run ip link set dev vnet0 master "$BR"
run ip link set dev vnet0 up
at machine ip addr add "$NOBODY/$PFX" dev eth0
at machine ip link set dev eth0 up
at machine ip route add default via "$BRADDR"
wait_for port_forwards host vnet0
ask "$NS1" "$NOBODY"
