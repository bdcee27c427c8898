# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (Docker's rules) ─ UP ── outside
#                  docker0 (no carrier) ┘

needs iptables-legacy
world
nat_off
docker_rules iptl
ask "$NS1" "$OUT"
