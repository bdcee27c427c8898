# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 10.55.0.2/30 ── PORT1 10.55.0.1/30 host ─ UP ── outside

plain_sysctls host
setup_ns "$NS1"
attach "$NS1" "$NS1IF" 10.55.0.2/30 "$PORT1" -
run ip addr add 10.55.0.1/30 dev "$PORT1"
at "$NS1" ip route add default via 10.55.0.1
uplink
forward_on
SUBNET=10.55.0.0/30
translated "$SUBNET"
wait_for link_is_up "$NS1" "$NS1IF"
ask "$NS1" "$OUT"
