# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (ip_forward=0)

world
forward_off
ask "$NS1" "$UPADDR"
