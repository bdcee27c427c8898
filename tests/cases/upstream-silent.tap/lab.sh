# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── tap0 ══ ✗ a program

plain_sysctls host
setup_ns "$NS1"
uplink
taps "$NS1" tap0 outside sl0
at outside ip addr add 10.0.2.2/24 dev sl0
at outside ip link set dev sl0 up
at "$NS1" ip addr add 10.0.2.100/24 dev tap0
at "$NS1" ip link set dev tap0 up
at "$NS1" ip route add default via 10.0.2.2
fault() { nft_in outside <<<'table ip t { chain c { type filter hook prerouting priority 0; iifname "sl0" drop; }; }'; }
repair() { at outside nft delete table ip t; }
ask "$NS1" "$OUT"
