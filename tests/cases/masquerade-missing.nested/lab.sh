# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   inner ── cbr  middle ── l0 ✗ NS1 (translates its own networks only) ── PORT1 ─ BR ─ host ─ UP ── outside

world
nested
named middle
at "$NS1" nft delete table ip edge
nft_in "$NS1" <<<"table ip edge { chain leave { type nat hook postrouting priority srcnat; ip saddr 10.92.0.0/24 oifname \"$NS1IF\" masquerade; }; }"
fault() { at middle nft delete table ip edge; }
repair() { nft_in middle <<<'table ip edge { chain leave { type nat hook postrouting priority srcnat; oifname "u0" masquerade; }; }'; }
ask inner "$OUT"
