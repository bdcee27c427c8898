# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ─┐
#    └───┘

world
ask "$NS1" 127.0.0.1
