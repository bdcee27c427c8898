# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ ✗BR ─ host ─ UP ── outside

world
fault() { run ip link set dev "$BR" down; }
repair() { step_brup; }
ask host "$NS1"
