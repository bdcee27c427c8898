# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
nat_off
LAB_PATIENCE=0.1
for _ in 1 2 3; do
	ping_works "$NS1" "$OUT" || true
done
tcp_works "$NS1" "$OUT" 443 || true
unset LAB_PATIENCE
nat_on
ask "$NS1" "$OUT"
