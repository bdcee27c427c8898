# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS2 ── PORT2 ┐
#   NS1 ── PORT1 ─ BR ─ host :5000 (DNAT to NS1) ─ UP

world
straight
published_for_all
hairpin
fault() { unhairpin; }
repair() { hairpin; }
ask "$NS1" "$UPADDR:5000"
