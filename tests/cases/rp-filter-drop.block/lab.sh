# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 10.55.0.7/32 (via 169.254.1.1) ── PORT1 (strict) ✗ host ─ UP ── outside    blackhole 10.55.0.0/26

proxied_veth
sysctl4 host "$PORT1" rp_filter 1
# neither would proxy ARP answer it then
at "$NS1" ip neigh replace 169.254.1.1 lladdr "$(mac_of host "$PORT1")" nud permanent dev "$NS1IF"
run ip route add blackhole 10.55.0.0/26 proto bird
fault() { run ip route del 10.55.0.7 dev "$PORT1"; }
repair() { run ip route add 10.55.0.7 dev "$PORT1"; }
ask "$NS1" "$OUT"
