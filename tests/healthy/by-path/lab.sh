# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
ask "/run/netns/$NS1" "$OUT"
works() { ping_works "$NS1" "$OUT"; }
