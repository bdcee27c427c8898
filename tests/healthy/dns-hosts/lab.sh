# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
[ -e /etc/hosts ] || skip 'there is no /etc/hosts to lay another one over'
echo "$OUT www.example.org" >"$LAB_TMP/hosts"
mount --bind "$LAB_TMP/hosts" /etc/hosts
resolvers
ask "$NS1" www.example.org
works() { ping_works "$NS1" "$OUT"; }
