# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#            ✗  BR ─ host      bridge-nf-call-iptables=1
#   NS2 ── PORT2 ┘

needs iptables-nft
needs_bridge_nf
world
fault() { run ipt -P FORWARD DROP; }
repair() { run ipt -P FORWARD ACCEPT; }
ask "$NS1" "$NS2"
