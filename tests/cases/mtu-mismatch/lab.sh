# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (mtu 1500) ── (mtu 1300) PORT1 ─ BR ─ host ─ UP ── outside

world
fault() { run ip link set dev "$PORT1" mtu 1300; }
repair() { run ip link set dev "$PORT1" mtu 1500; }
works() { within "$NS1" ping -n -q -c1 -W1 -M do -s 1472 "$OUT" >/dev/null 2>&1; }
ask "$NS1" "$OUT"
