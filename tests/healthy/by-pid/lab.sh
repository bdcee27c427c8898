# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
nsenter --net="/run/netns/$NS1" sleep 600 &
wait_for grep -q sleep "/proc/$!/comm"
ask "pid:$!" "$OUT"
works() { ping_works "$NS1" "$OUT"; }
