# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 UPNOBODY ── macvlan on UP ── macvlan  host

beside_parent
unset NO_BEFORE
shim
ask host "$UPNOBODY"
