# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#                          └─ tun9 (no Ethernet), by which the client's network is reached

world
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
run ip tuntap add dev tun9 mode tun 2>/dev/null || skip 'no tun interface can be made'
run ip link set dev tun9 up
run ip route add "$OTHER" dev tun9
ask --from "${OTHER%.*}.7" outside "$NS1:5000"
works() { true; }
