# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside FREE (nothing on 443)

world
at outside ip addr add "$FREE/32" dev lo
ask "$NS1" "$FREE"
