# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { at "$NS1" ip link set dev "$NS1IF" arp off; }
repair() { at "$NS1" ip link set dev "$NS1IF" arp on; }
ask "$NS1" "$OUT"
