# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 UPNOBODY ── macvlan on UP ─ host

beside_parent
repair() { shim; }
ask host "$NS1"
