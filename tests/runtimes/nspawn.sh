#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nspawn – systemd-nspawn with a veth to a bridge, and rules written by hand, since it brings none

# shellcheck disable=SC2034 # for lib.sh
set -euo pipefail
. "${LAB_LIB:?}/../runtimes/lib.sh"

wants systemd-nspawn busybox iptables jq conntrack
machine

make_bridge br0 10.1.0.1/24
forward_on
iptables -w -t nat -A POSTROUTING -s 10.1.0.0/24 -o "$UP" -j MASQUERADE
rootfs "$LAB_TMP/root"
start systemd-nspawn --register=no --keep-unit --quiet -M web -D "$LAB_TMP/root" --network-veth --network-bridge=br0 \
	--console=pipe /bin/sleep 100000
leader() { pgrep -f -x '/bin/sleep 100000'; }
comes_up leader
TARGET=machine:web
PID=$(leader | head -n 1)
in_it ip addr add 10.1.0.2/24 dev host0
in_it ip link set dev host0 up
in_it ip route add default via 10.1.0.1
keep_tables
examine
