# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ✗─ BR (stp, forward delay 30 s) ─ host ─ UP ── outside

world
fault()
{
	run ip link set dev "$BR" type bridge stp_state 1 forward_delay 3000
	run ip link set dev "$PORT1" down
	run ip link set dev "$PORT1" up
	wait_for link_is_up "$NS1" "$NS1IF"
}
repair()
{
	run ip link set dev "$BR" type bridge stp_state 0
	run bridge link set dev "$PORT1" state 3
}
ask "$NS1" "$OUT"
