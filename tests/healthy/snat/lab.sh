# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (snat to UPADDR) ─ UP ── outside

world
snat_to "$UPADDR"
ask "$NS1" "$OUT"
