# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#               BR ─ host (ip_forward=0)
#   NS2 ── PORT2 ┘

world
forward_off
ask "$NS1" "$NS2"
