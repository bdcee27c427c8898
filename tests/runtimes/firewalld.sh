#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# firewalld – a namespace at a bridge, behind firewalld: in a zone that is trusted, or is not

# shellcheck disable=SC2034 # for lib.sh
set -euo pipefail
. "${LAB_LIB:?}/../runtimes/lib.sh"

wants firewalld firewall-cmd dbus-daemon iptables jq conntrack
machine

setup_ns "$NS1"
make_bridge "$BR" "$BRADDR/$PFX"
attach "$NS1" "$NS1IF" "$NS1ADDR/$PFX" "$PORT1" "$BR" "$BRADDR"
forward_on
mkdir -p /run/dbus
dbus-daemon --system --fork --nopidfile 2>"$LAB_TMP/daemon.log" || give_up everything "no bus: $(tail -n 1 "$LAB_TMP/daemon.log")"
start firewalld --nofork --nopid
comes_up firewall-cmd --state
firewall-cmd -q --set-default-zone=trusted
# it starts by taking away what was there
iptables -w -t nat -A POSTROUTING -s "$SUBNET" -o "$UP" -j MASQUERADE
TARGET=$NS1
in_it() { within "$NS1" "$@"; }
keep_tables

drop() { firewall-cmd -q --set-default-zone=public; }
undrop() { firewall-cmd -q --set-default-zone=trusted; }
examine
