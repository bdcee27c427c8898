# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   host ─ UP ── outside

world
listen host "$UPADDR:5000"
fault() { run ipt -A INPUT -i "$UP" -p tcp --dport 5000 -j DROP; }
repair() { run ipt -F INPUT; }
ask outside "$UPADDR:5000"
