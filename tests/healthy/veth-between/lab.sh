# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 10.7.0.1 ── 10.7.0.2 NS2

plain_sysctls host
setup_ns "$NS1" "$NS2"
run ip link add d0 netns "$NS1" type veth peer name d1 netns "$NS2"
at "$NS1" ip addr add 10.7.0.1/24 dev d0
at "$NS2" ip addr add 10.7.0.2/24 dev d1
at "$NS1" ip link set dev d0 up
at "$NS2" ip link set dev d1 up
LAB_ADDRESS_OF[$NS2]=10.7.0.2
wait_for link_is_up "$NS1" d0
ask "$NS1" "$NS2"
