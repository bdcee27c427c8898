# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (default via BRADDR) ✗── PORT1 ─ BR NOBODY ─ host ─ UP ── outside

world
fault()
{
	run ip addr del "$BRADDR/$PFX" dev "$BR"
	run ip addr add "$NOBODY/$PFX" dev "$BR"
	at "$NS1" ip neigh flush dev "$NS1IF"
}
repair()
{
	run ip addr del "$NOBODY/$PFX" dev "$BR"
	step_braddr
}
ask "$NS1" "$OUT"
