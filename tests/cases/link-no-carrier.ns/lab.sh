# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ──✗ (attic)     BR ─ host ─ UP ── outside

world
setup_hidden_ns attic
fault()
{
	run ip link set dev "$PORT1" netns "$(netns_file attic)"
	wait_for link_is_not_up "$NS1" "$NS1IF"
}
repair()
{
	at attic ip link set dev "$PORT1" netns "$$"
	step_port
	step_portup
	wait_for port_forwards host "$PORT1"
}
ask "$NS1" "$OUT"
