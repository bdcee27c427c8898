# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (a resolver at 127.0.0.1) ── PORT1 ─ BR ─ host ─ UP ── outside

world
name_server "$NS1" 127.0.0.1
resolvers
ask "$NS1" www.example.org
works() { ping_works "$NS1" "$OUT"; }
