# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { at "$NS1" ip addr del "$NS1ADDR/$PFX" dev "$NS1IF" && at "$NS1" ip route add "$BRADDR" dev "$NS1IF"; }
repair()
{
	at "$NS1" ip route del "$BRADDR" dev "$NS1IF"
	step_nsaddr
}
ask "$NS1" "$OUT"
