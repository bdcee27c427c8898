# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   host ─ UP ── outside

world
ask host "$OUT"
