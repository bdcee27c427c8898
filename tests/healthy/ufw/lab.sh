# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (ufw) ─ UP ── outside

needs iptables-nft
world
ufw_rules ipt
ask "$NS1" "$OUT"
