#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# redact – what --save --redact writes tells of nobody and leads to the same answer; what cannot be hidden is refused
#
#   NS1, NS2 ── ports ─ BR ─ host ─ UP ── outside
#
# The container "warehouse" of Docker is in NS2, by state files below another root.

set -euo pipefail

if [ "${1:-}" = --variants ]; then
	echo ipv4
	echo ipv6
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
case $1 in
ipv4) choose_set "${LAB_SET:-2}" ;;
ipv6) choose_set 4 ;;
esac
world

out=$LAB_TMP/files root=$LAB_TMP/root
mkdir "$out"

# answer FILE: the verdict, the findings and the places of the way
answer()
{
	"$NSDOCTOR" --json --load "$1" 2>>"$LAB_TMP/details" | jq -c '[.verdict, [.findings[] | .code, .role, .confidence, .direction,
		(.fix.commands | length)], [.path[] | .role, .request.state, .reply.state], (.unchecked | length)]'
}

# hidden FILE WORD...: the file has none of them, as text; nor has what is printed of it
hidden()
{
	local file=$1 word
	"$NSDOCTOR" --verbose --load "$file" >"$out/shown" 2>&1 || true
	for word in "${@:2}"; do
		! grep -aqF -- "$word" "$file" || fail "$file still has $word"
		! grep -qF -- "$word" "$out/shown" || fail "what is printed of $file still has $word: $(grep -F -- "$word" "$out/shown")"
	done
}

# alike NAME STATUS QUESTION...: asked twice, once redacted
alike()
{
	local name=$1 status=$2
	asks "$status" --save "$out/$name" "${@:3}"
	asks "$status" --save "$out/$name.redacted" --redact "${@:3}"
	[ -s "$out/$name.redacted" ] || fail "$name: nothing was saved: $(cat "$LAB_TMP/said.err")"
	[ "$(answer "$out/$name")" = "$(answer "$out/$name.redacted")" ] ||
		fail "$name: $(answer "$out/$name.redacted") and not $(answer "$out/$name")"
	hidden "$out/$name.redacted" "$NS1ADDR" "$NS2ADDR" "$BRADDR" "$UPADDR" "$OUT" "$GW" \
		"$(mac_of "$NS1" "$NS1IF")" customers 'for our customers' warehouse
}

# --- sets with ranges, comments, NAT ----------------------------------------------------------------------------------

if [ "$1" = ipv4 ]; then
	type=ipv4_addr ip=ip
else
	type=ipv6_addr ip=ip6
fi
nft_in host <<-END
	table inet customers {
		set some {
			type $type; flags interval;
			elements = { $FREE, $SUBNET }
		}
		chain customers-in {
			$ip daddr $OUT counter drop comment "for our customers"
		}
		chain forward {
			type filter hook forward priority filter; policy accept;
			iifname "$BR*" $ip saddr @some jump customers-in
		}
	}
END
alike dropped 1 "$NS1" "$OUT"
nft_in host <<<'delete table inet customers'
nat_off
forward_off
alike both 1 "$NS1" "$OUT"
forward_on
nat_on
alike healthy 0 "$NS1" "$OUT"

# --- what ipsets said --------------------------------------------------------------------------------------------------

if [ "$1" = ipv4 ] && command -v ipset iptables-nft >/dev/null; then
	run ipset create customers hash:net
	run ipset add customers "$SUBNET"
	run ipt -A FORWARD -m set --match-set customers src -j DROP
	alike ipset 1 "$NS1" "$OUT"
	run ipt -F FORWARD
	run ipset destroy customers
fi

# --- a published port, a container -------------------------------------------------------------------------------------

if [ "$1" = ipv4 ]; then
	published_for_all
	hairpin
	alike published 0 "$NS2" "$UPADDR:5000"
	run nft delete table ip pub
	id=$(printf '7%.0s' {1..64})
	mkdir -p "$root/run" "$root/etc" "$root/proc/4001/ns" "$root/box/etc" "$root/var/lib/docker/containers/$id"
	ln -s /run/netns "$root/run/netns"
	echo '4001 (app) S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 77 0 0 1 1' >"$root/proc/4001/stat"
	echo '0::/' >"$root/proc/4001/cgroup"
	printf 'app' >"$root/proc/4001/cmdline"
	ln -s "/run/netns/$NS2" "$root/proc/4001/ns/net"
	ln -s "$root/box" "$root/proc/4001/root"
	printf '{"ID":"%s","Name":"/warehouse","State":{"Running":true,"Pid":4001}}\n' "$id" \
		>"$root/var/lib/docker/containers/$id/config.v2.json"
	forward_off
	alike container 1 --host-root "$root" docker:warehouse "$OUT"
	forward_on
fi

# --- what cannot be hidden ---------------------------------------------------------------------------------------------

nft_in host <<<"table inet odd { chain f { type filter hook forward priority 0; ether saddr & ff:ff:ff:00:00:00 == 52:54:00:00:00:00 accept; }; }"
asks 3 --save "$out/odd" --redact "$NS1" "$OUT"
[ ! -e "$out/odd" ] || fail 'something was saved that cannot be hidden'
grep -qF 'nsdoctor: --redact: nothing is saved: a part of a MAC address cannot be hidden' "$LAB_TMP/said.err" ||
	fail "the refusal: $(cat "$LAB_TMP/said.err")"
grep -qF "$NS1 reaches $OUT" "$LAB_TMP/said" || fail "the answer itself: $(cat "$LAB_TMP/said")"
asks 0 --save "$out/odd" "$NS1" "$OUT"
nft_in host <<<'delete table inet odd'
asks 2 --redact "$NS1" "$OUT"
asks 2 --redact --load "$out/odd"
finish
