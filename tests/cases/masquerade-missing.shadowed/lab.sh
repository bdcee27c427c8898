# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──(src NS1ADDR)── outside, which knows no way back

world
fault()
{
	case $LAB_SET in
	1 | 2) run ipt -t nat -I POSTROUTING -s "$SUBNET" -d "$OUTNET" -j RETURN ;;
	3) run nft insert rule inet edge leave ip saddr "$SUBNET" ip daddr "$OUTNET" accept ;;
	esac
}
repair()
{
	nat_off
	nat_on
}
ask "$NS1" "$OUT"
