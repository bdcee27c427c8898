# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 (locked, all off) ─ BR ─ host ─ UP ── outside

world
for port in "$PORT1" "$PORT2"; do
	run bridge link set dev "$port" learning off flood off
done
run bridge fdb replace "$(mac_of "$NS1" "$NS1IF")" dev "$PORT1" master static
run bridge fdb replace "$(mac_of "$NS2" "$NS2IF")" dev "$PORT2" master static sticky
run bridge link set dev "$PORT1" locked on 2>/dev/null || true
ask "$NS1" "$OUT"
