# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (rp_filter=1) ─ UP ── outside

world
for i in all default "$BR" "$PORT1" "$UP"; do
	sysctl4 host "$i" rp_filter 1
done
sysctl4 "$NS1" all rp_filter 1
ask "$NS1" "$OUT"
