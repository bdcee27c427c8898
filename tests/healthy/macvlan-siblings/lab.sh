# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── macvlan ┐
#   NS2 ── macvlan ┴ br9 (no port)  host

plain_sysctls host
setup_ns "$NS1" "$NS2"
make_bridge br9
run ip link add v9 type veth peer name w9
run ip link set dev v9 master br9 up
run ip link set dev w9 up
on_parent "$NS1" "$NS1IF" 10.70.0.1/24 bridge w9
on_parent "$NS2" "$NS2IF" 10.70.0.2/24 bridge w9
LAB_ADDRESS_OF[$NS2]=10.70.0.2
ask "$NS1" "$NS2"
