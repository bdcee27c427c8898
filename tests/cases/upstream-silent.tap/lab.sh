# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── tap0 ══ ✗ a program

behind_program
fault() { nft_in outside <<<'table ip t { chain c { type filter hook prerouting priority 0; iifname "sl0" drop; }; }'; }
repair() { at outside nft delete table ip t; }
ask "$NS1" "$OUT"
