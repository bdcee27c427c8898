# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──✗(443) outside

world
cloud "tcp dport 443 drop"
ask "$NS1" "$OUT"
