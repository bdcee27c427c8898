# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 10.55.0.7/32 (default on link) ── PORT1 (proxy_arp, answers for everything) host ─ UP ── outside

proxied_veth
at "$NS1" ip route replace default dev "$NS1IF"
ask "$NS1" "$OUT"
