#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# saved – what --save writes, --load answers the same way elsewhere; and what a file that is none of ours leads to
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#

set -euo pipefail

[ "${1:-}" != --variants ] || exit 0

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-1}"
world

out=$LAB_TMP/files
mkdir "$out"

# broken FILE WHY: cannot be loaded, and that is said; with --json as an answer that is unknown
broken()
{
	asks 3 --load "$1"
	[ ! -s "$LAB_TMP/said" ] || fail "--load $1: something on standard output"
	[ "$(wc -l <"$LAB_TMP/said.err")" -eq 1 ] || fail "--load $1: not one sentence"
	grep -qF -- "$2" "$LAB_TMP/said.err" || fail "--load $1: $(cat "$LAB_TMP/said.err")"
	asks 3 --json --load "$1"
	jq -e --arg why "$2" '.verdict == "unknown" and (.error | contains($why))' "$LAB_TMP/said" >/dev/null ||
		fail "--json --load $1: $(cat "$LAB_TMP/said")"
}

# --- the same answer ------------------------------------------------------------------------------------------------

forward_off
nat_off
asks 1 --verbose --save "$out/saved" --pcap "$out/then.pcapng" "$NS1" "$OUT"
cp "$LAB_TMP/said" "$out/then"
asks 1 --no-probe --save "$out/saved.model" "$NS1" "$OUT:81"
cp "$LAB_TMP/said" "$out/then.model"
[ "$(stat -c %a "$out/saved")" = 600 ] || fail "the file's mode is $(stat -c %a "$out/saved")"
head -c 1000 "$out/saved" >"$out/cut"
forward_on
nat_on

asks 1 --verbose --load "$out/saved" --pcap "$out/now.pcapng" --html "$out/now.html"
cmp -s "$out/then" "$LAB_TMP/said" || fail 'another text than then'
cmp -s "$out/then.pcapng" "$out/now.pcapng" || fail 'other packets than then'
grep -qF "asked on $(uname -n)" "$out/now.html" || fail 'the page does not say where it was asked'
"$NSDOCTOR" --verbose --load - <"$out/saved" >"$LAB_TMP/said" || true
cmp -s "$out/then" "$LAB_TMP/said" || fail 'another text than then from standard input'
asks 1 --dry-run --load "$out/saved"
grep -qF 'sysctl -w' "$LAB_TMP/said" || fail '--dry-run says nothing of a repair'

asks 1 --load "$out/saved.model"
cmp -s "$out/then.model" "$LAB_TMP/said" || fail 'another text than then without packets'

# --- what if? -------------------------------------------------------------------------------------------------------

# first OPTION...: the verdict and the first finding of what was saved with both faults
first() { asks "$1" --json --load "$out/saved" "${@:2}"; jq -r '.verdict + " " + (.findings[0].code // "-")' "$LAB_TMP/said"; }

[ "$(first 1 --no-probe)" = 'unreachable ip-forward-off' ] || fail "by the configuration: $(cat "$LAB_TMP/said")"
[ "$(first 1 --what-if 'sysctl net.ipv4.ip_forward=1')" = 'unreachable masquerade-missing' ] ||
	fail "once it forwards: $(cat "$LAB_TMP/said")"
[ "$(first 1 --what-if "ip link set $BR down")" = 'unreachable link-down' ] || fail "without $BR: $(cat "$LAB_TMP/said")"
[ "$(first 1 --what-if "ip -n $NS1 route del default")" = 'unreachable no-route' ] ||
	fail "without a route: $(cat "$LAB_TMP/said")"
[ "$(first 3 --what-if 'ip link set nobody up')" = 'unknown -' ] || fail "with nobody: $(cat "$LAB_TMP/said")"
asks 2 --load "$out/saved" --what-if 'reboot'

# the same of this world, which stays as it is
nft_in host <<-END
	table inet guard {
		chain forward {
			type filter hook forward priority filter; policy accept;
			iifname "$BR" drop
		}
	}
END
handle=$(at host nft -a list chain inet guard forward | sed -n 's/.*drop # handle //p')
asks 1 "$NS1" "$OUT"
asks 0 --what-if "nft delete rule inet guard forward handle $handle" "$NS1" "$OUT"
! grep -qE 'no answer|lost' "$LAB_TMP/said" || fail "nothing was sent, and it got lost: $(cat "$LAB_TMP/said")"
asks 1 "$NS1" "$OUT"
nft_in host <<<'delete table inet guard'
asks 0 "$NS1" "$OUT"
asks 1 --what-if 'sysctl net.ipv4.ip_forward=0' "$NS1" "$OUT"
asks 0 "$NS1" "$OUT"

# --- what changed ---------------------------------------------------------------------------------------------------

asks 0 --save "$out/healthy" "$NS1" "$OUT"
asks 0 --save "$out/again" "$NS1" "$OUT"
asks 0 --diff "$out/healthy" "$out/again"
grep -qxF 'Nothing changed on the way.' "$LAB_TMP/said" || fail "a difference of the same: $(cat "$LAB_TMP/said")"
asks 1 --diff "$out/healthy" "$out/saved"
grep -qF '~ net.ipv4.ip_forward: 1 -> 0' "$LAB_TMP/said" || fail "no forwarding switch: $(cat "$LAB_TMP/said")"
grep -qE '^  - .*(masquerade|MASQUERADE)' "$LAB_TMP/said" || fail "no rule that went: $(cat "$LAB_TMP/said")"
asks 1 --json --diff "$out/healthy" "$out/saved"
jq -e '.before.verdict == "reachable" and .after.cause == "ip-forward-off" and .error == null and
	([.changes[] | select(.what == "net.ipv4.ip_forward") | .before + .after] == ["10"])' "$LAB_TMP/said" >/dev/null ||
	fail "--json --diff: $(cat "$LAB_TMP/said")"
asks 3 --json --diff "$out/healthy" "$out/cut"
jq -e '.error and .before.verdict == "reachable" and .after == null' "$LAB_TMP/said" >/dev/null ||
	fail "--json --diff of a broken file: $(cat "$LAB_TMP/said")"
asks 2 --diff "$out/healthy"

# --- files that are none --------------------------------------------------------------------------------------------

# with byte AT as N: another one
with() { { head -c "$2" "$1"; printf "\\x$3"; tail -c +"$(($2 + 2))" "$1"; } >"$out/with"; }

broken "$out/cut" 'not all of it is there'
broken /dev/null 'is no file of --save'
broken "$out/then.pcapng" 'is no file of --save'
broken "$out/none" 'No such file'
broken "$out" 'Is a directory'
with "$out/saved" 16 63
broken "$out/with" 'version 99'
with "$out/saved" 20 01
broken "$out/with" 'machine of another kind'
with "$out/saved" 5000 00
cmp -s "$out/saved" "$out/with" || broken "$out/with" 'damaged'

# --- what cannot be meant -------------------------------------------------------------------------------------------

asks 2 --load "$out/saved" "$NS1"
asks 2 --load "$out/saved" --proto icmp
asks 2 --load "$out/saved" --fix --yes
asks 2 --load "$out/saved" --save "$out/x"
asks 2 --load "$out/saved" --all
asks 2 --save "$out/x" --all
asks 2 --save "$out/x" --fix --yes "$NS1" "$OUT"
asks 2 --save "$out/x" --watch "$NS1" "$OUT"
asks 2 --save "$out/none/x" "$NS1" "$OUT"
asks 2 --save "$out/x" --html "$out/x" "$NS1" "$OUT"
asks 3 --save "$out/x" "${NS1}x" "$OUT"
[ ! -e "$out/x" ] || fail 'something was saved where there is no answer'
finish
