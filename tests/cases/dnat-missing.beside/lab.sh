# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1, NS2 ── BR ─ host ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:5000"
publish 8080 "$NS2ADDR:8080"
NO_BEFORE=1
fault() { :; }
repair() { publish 5000 "$NS1ADDR:5000"; }
ask outside "$NS1:5000"
