# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 10.55.0.7/32 (via 169.254.1.1) ── PORT1 (proxy_arp) host ─ UP ── outside

proxied_veth
run ip route add blackhole 10.55.0.0/26 proto bird 2>/dev/null || run ip route add blackhole 10.55.0.0/26
ask "$NS1" "$OUT"
