# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 10.55.0.7/32 (via 169.254.1.1) ── PORT1 (strict) host ─ UP ── outside    blackhole 10.55.0.0/26

proxied_veth
sysctl4 host "$PORT1" rp_filter 1
run ip route add blackhole 10.55.0.0/26 proto bird
ask "$NS1" "$OUT"
