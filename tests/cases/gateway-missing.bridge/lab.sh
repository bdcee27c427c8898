# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR (no address) ✗ host ─ UP ── outside

world
fault() { run ip addr del "$BRADDR/$PFX" dev "$BR"; }
repair() { step_braddr; }
ask "$NS1" "$OUT"
