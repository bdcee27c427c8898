# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (600) ── PORT1 ─ BR ─ host ─ UP (600) ── outside (600)

world
at "$NS1" ip link set dev "$NS1IF" mtu 600
at "$NS2" ip link set dev "$NS2IF" mtu 600
for i in "$PORT1" "$PORT2" "$BR" "$UP"; do
	run ip link set dev "$i" mtu 600
done
at outside ip link set dev up0 mtu 600
ask "$NS1" "$OUT"
