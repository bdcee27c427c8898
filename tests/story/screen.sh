#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# screen – one screen, the answer in its first line; no colour where nobody sees it, no escape that a stranger wrote
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

set -euo pipefail

[ "${1:-}" != --variants ] || exit 0

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-1}"
world

screen()
{
	STATUS=0
	timeout 30 "$NSDOCTOR" "$@" >"$LAB_TMP/screen" 2>"$LAB_TMP/screen.err" </dev/null || STATUS=$?
	{ echo "\$ nsdoctor $*"; cat -v "$LAB_TMP/screen" "$LAB_TMP/screen.err"; } >>"$LAB_TMP/details"
}
escapes() { grep -q $'[\001-\010\013-\037\177]' "$LAB_TMP/screen"; }
first() { head -1 "$LAB_TMP/screen"; }

screen "$NS1" "$OUT"
[ "$STATUS" -eq 0 ] || fail "healthy: exit $STATUS"
[ "$(wc -l <"$LAB_TMP/screen")" -le 3 ] || fail "healthy: $(wc -l <"$LAB_TMP/screen") lines"
[[ $(first) == *"$NS1"*"$OUT"* ]] || fail "healthy: the first line is $(first)"
! escapes || fail 'healthy: escapes without a terminal'
[ ! -s "$LAB_TMP/screen.err" ] || fail 'healthy: something on standard error'

screen --quiet "$NS1" "$OUT"
[ "$STATUS" -eq 0 ] || fail "--quiet: exit $STATUS"

forward_off
nat_off
screen "$NS1" "$OUT"
[ "$STATUS" -eq 1 ] || fail "broken: exit $STATUS"
[[ $(first) == *"$NS1"*"$OUT"* ]] && [[ $(first) == *forward* ]] || fail "broken: the first line is $(first)"
[ "$(wc -l <"$LAB_TMP/screen")" -le 30 ] || fail "broken: $(wc -l <"$LAB_TMP/screen") lines"
grep -q 'ip-forward-off' "$LAB_TMP/screen" || fail 'broken: the code is not named'
grep -q 'sysctl -w net.ipv4.ip_forward=1' "$LAB_TMP/screen" || fail 'broken: the fix is not named'
grep -q 'masquerade-missing' "$LAB_TMP/screen" || fail 'broken: what comes next is not named'
! escapes || fail 'broken: escapes without a terminal'

screen --color=always "$NS1" "$OUT"
escapes || fail '--color=always: no colour'
screen --color=never "$NS1" "$OUT"
! escapes || fail '--color=never: colour'
NO_COLOR=1 screen "$NS1" "$OUT"
! escapes || fail 'NO_COLOR: colour'
screen --ascii "$NS1" "$OUT"
! LC_ALL=C grep -q $'[\200-\377]' "$LAB_TMP/screen" || fail '--ascii: other bytes than ASCII'

# on a terminal, a wait of more than half a second says what it is for; the line is gone when the answer is there
if command -v script >/dev/null; then
	nft_in outside <<<'table ip t { chain c { type filter hook prerouting priority 0; tcp dport 81 drop; }; }'
	script -qec "timeout 30 $NSDOCTOR --timeout 0.9 $NS1 $OUT:81 >$LAB_TMP/screen" "$LAB_TMP/tty" </dev/null >/dev/null || true
	grep -q "waiting for answers from $OUT" "$LAB_TMP/tty" || fail 'terminal: nothing says what is waited for'
	[[ $(grep -o $'waiting for.*' "$LAB_TMP/tty" | head -1) == *$'\r\033[K'* ]] || fail 'terminal: the line stays'
	[[ $(first) == *"$OUT:81"* ]] || fail "terminal: the first line is $(first)"
fi

# names that strangers chose
forward_on
nat_on
hostile=$'\033[2Jx'
run ip link set dev "$PORT1" down
run ip link set dev "$PORT1" name "$hostile"
run ip link set dev "$hostile" up
nft_in host <<-END
	table inet odd {
		chain forward {
			type filter hook forward priority filter; policy accept;
			oifname "$UP" counter drop comment "$(printf 'all is \033]0;well\007 and %%n %%s')"
		}
	}
END
wait_for port_forwards host "$hostile"
screen "$NS1" "$OUT"
! escapes || fail 'an escape from a name or a comment reaches the screen'
grep -q forward-drop "$LAB_TMP/screen" || fail 'hostile names: the drop is not found'
doctor "$LAB_TMP/found" "$NS1" "$OUT" || true
finish
