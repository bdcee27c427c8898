#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ufw – a namespace at a bridge, behind ufw: routed traffic allowed, then as it is by default

# shellcheck disable=SC2034 # for lib.sh
set -euo pipefail
. "${LAB_LIB:?}/../runtimes/lib.sh"

wants ufw iptables jq conntrack
machine

setup_ns "$NS1"
make_bridge "$BR" "$BRADDR/$PFX"
attach "$NS1" "$NS1IF" "$NS1ADDR/$PFX" "$PORT1" "$BR" "$BRADDR"
sed -i 's/^IPT_SYSCTL=/#&/; s/^MANAGE_BUILTINS=.*/MANAGE_BUILTINS=no/' /etc/default/ufw
ufw --force enable >"$LAB_TMP/daemon.log" 2>&1 || give_up everything "it does not start: $(tail -n 1 "$LAB_TMP/daemon.log")"
ufw route allow in on "$BR" out on "$UP" >/dev/null
forward_on
iptables -w -t nat -A POSTROUTING -s "$SUBNET" -o "$UP" -j MASQUERADE
TARGET=$NS1
in_it() { within "$NS1" "$@"; }
keep_tables
examine

# it lets an echo pass and nothing else, which a ping does not tell
ufw route delete allow in on "$BR" out on "$UP" >/dev/null
expect 'default, by ping' 'degraded forward-drop' "$TARGET" "$OUT"
expect 'default, by port' 'unreachable forward-drop' "$TARGET" "$OUT:443"
