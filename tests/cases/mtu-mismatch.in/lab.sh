# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (mtu 1500) ── (mtu 1300) PORT1 ─ BR ─ host ─ UP ── outside

world
listen "$NS1" "$NS1ADDR:5000"
publish 5000 "$NS1ADDR:5000"
fault() { run ip link set dev "$PORT1" mtu 1300; }
repair() { run ip link set dev "$PORT1" mtu 1500; }
works() { within "$NS1" ping -n -q -c1 -W1 -M do -s 1472 "$OUT" >/dev/null 2>&1; }
ask outside "$NS1:5000"
