# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 10.55.0.7/32 (via 169.254.1.1) ── PORT1 (proxy_arp) host ─ UP ── outside
#                                                  BR, of others ─┘

proxied_veth
make_bridge "$BR" "$BRADDR/$PFX"
forget() { unresolved; }
fault() { unproxied; }
repair() { sysctl4 host "$PORT1" proxy_arp 1; }
ask "$NS1" "$OUT"
