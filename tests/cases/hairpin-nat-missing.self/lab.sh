# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS2 ── PORT2 ┐
#   NS1 ── PORT1 ─ BR ─ host :5000 (DNAT to NS1) ─ UP

world
run sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null || : # else the host takes part in the answer
listen "$NS1" "$NS1ADDR:5000"
run nft 'add table ip pub'
run nft 'add chain ip pub in { type nat hook prerouting priority dstnat; }'
run nft 'add chain ip pub out { type nat hook postrouting priority srcnat; }'
run nft "add rule ip pub in ip daddr $UPADDR tcp dport 5000 dnat to $NS1ADDR:5000"
run nft "add rule ip pub out oifname \"$BR\" masquerade"
fault() { run nft flush chain ip pub out; }
repair() { run nft "add rule ip pub out oifname \"$BR\" masquerade"; }
ask "$NS1" "$UPADDR:5000"
