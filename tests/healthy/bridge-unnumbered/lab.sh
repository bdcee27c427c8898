# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (default on link) ── PORT1 ─ BR (no address) ─ host

world
run ip addr del "$BRADDR/$PFX" dev "$BR"
run ip route add "$NS1ADDR" dev "$BR" src "$UPADDR"
at "$NS1" ip route replace default dev "$NS1IF"
ask host "$NS1"
