# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ──✗ outside

world
fault() { cloud "ip daddr $OUT drop"; }
repair() { uncloud; }
ask "$NS1" "$OUT"
