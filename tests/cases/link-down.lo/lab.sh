# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1: lo ✗

world
fault() { at "$NS1" ip link set dev lo down; }
repair() { at "$NS1" ip link set dev lo up; }
ask "$NS1" "$NS1ADDR"
