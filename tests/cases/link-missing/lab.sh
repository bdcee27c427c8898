# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ✗         BR ─ host ─ UP ── outside

world
fault() { run ip link del dev "$PORT1"; }
repair()
{
	local step
	for step in veth port portup nsaddr nsup route; do
		"step_$step"
	done
}
ask "$NS1" "$OUT"
