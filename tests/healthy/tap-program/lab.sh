# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── tap0 ══ a program ══ outside

behind_program
ask "$NS1" "$OUT"
