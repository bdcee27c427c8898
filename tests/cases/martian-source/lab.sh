# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (src UPADDR) ── PORT1 ─ ✗BR ─ host UPADDR ─ UP ── outside

world
fault()
{
	at "$NS1" ip addr add "$UPADDR/32" dev "$NS1IF"
	at "$NS1" ip route replace default via "$BRADDR" src "$UPADDR"
}
repair()
{
	at "$NS1" ip route replace default via "$BRADDR"
	at "$NS1" ip addr del "$UPADDR/32" dev "$NS1IF"
}
ask "$NS1" "$OUT"
