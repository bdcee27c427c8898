# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside (SUBNET via UPADDR)

world
run nft flush ruleset
at outside ip route add "$SUBNET" via "$UPADDR"
ask "$NS1" "$OUT"
