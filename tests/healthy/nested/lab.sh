# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   inner ── cbr  (a process's namespace)  ── NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
nested
# a namespace that only a process is in
nsenter --net="$(netns_file middle)" sleep 60 &
echo $! >>"$LAB_TMP/pids"
in_middle() { [ "$(stat -Lc %i "/proc/$!/ns/net")" = "$(stat -Lc %i "$(netns_file middle)")" ]; }
wait_for in_middle
ask inner "$OUT"
