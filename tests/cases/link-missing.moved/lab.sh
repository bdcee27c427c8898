# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗      PORT1 ─ BR ─ host ─ UP ── outside
#   NS2 (stray0)─┘

world
fault()
{
	at "$NS1" ip link set dev "$NS1IF" netns "$NS2" name stray0
	wait_for link_is_not_up host "$PORT1"
}
repair()
{
	at "$NS2" ip link set dev stray0 netns "$NS1" name "$NS1IF"
	step_nsaddr
	step_nsup
	step_route
}
ask "$NS1" "$OUT"
