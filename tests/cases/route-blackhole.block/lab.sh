# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 10.55.0.7/32 (via 169.254.1.1) ── PORT1 (proxy_arp) host ✗    blackhole 10.55.0.0/26

proxied_veth
run ip route add blackhole 10.55.0.0/26 proto bird
fault() { run ip route del 10.55.0.7 dev "$PORT1"; }
repair() { run ip route add 10.55.0.7 dev "$PORT1"; }
ask host "$NS1"
