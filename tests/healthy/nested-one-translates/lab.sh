# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   inner ── cbr  middle ── l0  NS1 (translates) ── PORT1 ─ BR ─ host ─ UP ── outside

world
nested
named middle
at middle nft delete table ip edge
at "$NS1" ip route add 10.91.0.0/24 via 10.92.0.2
ask inner "$OUT"
