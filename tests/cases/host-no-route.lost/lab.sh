# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR (no address) ─ host ✗ UP ── outside

world
fault() { run ip addr del "$BRADDR/$PFX" dev "$BR"; }
repair() { run ip addr add "$BRADDR/$PFX" dev "$BR"; }
ask host "$NS1"
