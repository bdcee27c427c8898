#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# files – what --pcap, --html and --svg write: read back by tshark, rendered by a browser, and safe in anybody's folder
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#

set -euo pipefail

if [ "${1:-}" = --variants ]; then
	printf '%s\n' written tshark browser
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-1}"
case ${1:-written} in
tshark) needs tshark capinfos ;;
browser) needs chromium ;;
esac
world

out=$LAB_TMP/files
mkdir "$out"

has() { grep -qF -- "$2" "$1" || fail "${1##*/} lacks: $2"; }
has_not() { ! grep -qF -- "$2" "$1" || fail "${1##*/} has: $2"; }

# comments FILE: a line a packet, interface and comments
comments() { tshark -r "$1" -T fields -e frame.interface_name -e frame.comment 2>/dev/null; }

# looks FILE: the page as a browser lays it out, as text; what it loads from elsewhere fails
looks()
{
	local profile=$LAB_TMP/chromium
	timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$profile" --dump-dom "file://$1" 2>"$LAB_TMP/chromium.err"
	rm -rf "$profile"
}

# --- healthy ----------------------------------------------------------------------------------------------------------

asks 0 --html "$out/healthy.html" --svg "$out/healthy.svg" --pcap "$out/healthy.pcapng" "$NS1" "$OUT"
has "$out/healthy.html" 'class=reachable'
has "$out/healthy.html" "$NS1"
has "$out/healthy.html" "host:$UP"
has_not "$out/healthy.html" '<article class=cause'
has_not "$out/healthy.html" 'ends here'
has_not "$out/healthy.svg" 'class="x"'
has "$out/healthy.svg" ">$UP<"
[ "$(stat -c %a "$out/healthy.html")" = 600 ] || fail "the page's mode is $(stat -c %a "$out/healthy.html")"
cp "$LAB_TMP/said" "$LAB_TMP/with"
asks 0 "$NS1" "$OUT"
[ "$(wc -l <"$LAB_TMP/said")" = "$(wc -l <"$LAB_TMP/with")" ] || fail 'the screen is another one with --html'

# --- a rule drops the answer, and two faults in a row -----------------------------------------------------------------

nft_in host <<-END
	table inet guard {
		chain forward {
			type filter hook forward priority filter; policy accept;
			iifname "$UP" ip protocol icmp counter drop comment "<script>alert(1)</script>"
		}
	}
END
asks 1 --html "$out/drop.html" --pcap "$out/drop.pcapng" "$NS1" "$OUT"
has "$out/drop.html" '<h3>forward-drop</h3>'
has "$out/drop.html" 'on the way back'
has "$out/drop.html" 'ends here: forward-drop'
has_not "$out/drop.html" '<script'
has "$out/drop.html" '&lt;script&gt;alert(1)'
nft_in host <<<'delete table inet guard'

forward_off
nat_off
asks 1 --html "$out/compound.html" --svg "$out/compound.svg" "$NS1" "$OUT"
has "$out/compound.html" '<h3>ip-forward-off</h3>'
has "$out/compound.html" '<h3>masquerade-missing</h3>'
has "$out/compound.html" '<pre>sysctl -w net.ipv4.ip_forward=1</pre>'
[ "$(grep -c 'class="x"' "$out/compound.svg")" -eq 1 ] || fail "the picture has $(grep -c 'class="x"' "$out/compound.svg") marks"
asks 1 --html "$out/model.html" --no-probe "$NS1" "$OUT"
has "$out/model.html" '<h3>ip-forward-off</h3>'
has_not "$out/model.html" 'What was seen'
asks 3 --html "$out/unknown.html" "${NS1}x" "$OUT"
has "$out/unknown.html" 'class=unknown'
forward_on
nat_on

# --- as others read it ----------------------------------------------------------------------------------------------

tshark_reads()
{
	capinfos "$out/drop.pcapng" >"$LAB_TMP/infos" 2>/dev/null || fail 'capinfos cannot read the packets'
	cat "$LAB_TMP/infos" >>"$LAB_TMP/details"
	has "$LAB_TMP/infos" "Name = $NS1:$NS1IF"
	has "$LAB_TMP/infos" "Name = host:$UP"
	has "$LAB_TMP/infos" "Description = port of $BR"
	has "$LAB_TMP/infos" "degraded: $NS1"
	comments "$out/drop.pcapng" >"$LAB_TMP/comments"
	cat "$LAB_TMP/comments" >>"$LAB_TMP/details"
	grep -qP "^$NS1:$NS1IF\t.*leaving: request 1 by icmp, the question$" "$LAB_TMP/comments" ||
		fail 'no comment on the first packet'
	grep -qP "^host:$UP\t.*arriving: answer to request 1 by icmp.*forward-drop \(confirmed\).*inet guard forward handle" \
		"$LAB_TMP/comments" || fail 'no comment names the rule that ended the answer'
	! grep -vP '\t.' "$LAB_TMP/comments" || fail 'a packet has no comment'
	comments "$out/healthy.pcapng" | grep 'last seen here' && fail 'a healthy path, and a comment says where it ends'
	# our numbers are those that others read: no packet is malformed, and the answers follow their requests
	[ "$(tshark -r "$out/healthy.pcapng" -Y _ws.malformed 2>/dev/null | wc -l)" -eq 0 ] || fail 'a packet is malformed'
	[ "$(tshark -r "$out/healthy.pcapng" -Y icmp.resp_to 2>/dev/null | wc -l)" -gt 0 ] || fail 'no answer belongs to a request'
}

browser_shows()
{
	looks "$out/compound.html" >"$LAB_TMP/dom" || fail "the browser: $(tail -1 "$LAB_TMP/chromium.err")"
	has "$LAB_TMP/dom" 'ip-forward-off'
	has "$LAB_TMP/dom" '</footer>'
	! grep -iE 'refused to|content security' "$LAB_TMP/chromium.err" || fail 'the page wants what its policy forbids'
	looks "$out/compound.svg" >"$LAB_TMP/dom" || fail 'the browser cannot show the picture'
	has_not "$LAB_TMP/dom" 'parsererror'
	has "$LAB_TMP/dom" 'not forwarded'
}

safe_in_any_folder()
{
	echo mine >"$out/victim"
	ln -s victim "$out/link"
	asks 2 --html "$out/link" "$NS1" "$OUT"
	asks 2 --svg /dev/null "$NS1" "$OUT"
	asks 2 --pcap "$out/none/x" "$NS1" "$OUT"
	asks 2 --pcap "$out/x" --no-probe "$NS1" "$OUT"
	asks 2 --html "$out/x" --svg "$out/x" "$NS1" "$OUT"
	[ "$(cat "$out/victim")" = mine ] || fail 'a link was followed'
	[ -c /dev/null ] || fail '/dev/null is gone'
	[ -z "$(find "$out" -name '.*' -type f)" ] || fail 'something is left beside'

	# sudo writes into the folder of who called it, which is not root's
	mkdir -m 755 "$out/somebody"
	if chown 1000 "$out/somebody" 2>/dev/null; then
		asks 0 --html "$out/somebody/page.html" --pcap "$out/somebody/page.pcapng" "$NS1" "$OUT"
		[ -s "$out/somebody/page.html" ] || fail 'nothing is written into a folder of somebody else'
	fi

	doctor "$LAB_TMP/found" "$NS1" "$OUT" --html "$out/healthy.html"
	[ "$STATUS" -eq 0 ] || fail "--json --html: exit $STATUS"
}

case ${1:-written} in
written) safe_in_any_folder ;;
tshark) tshark_reads ;;
browser) browser_shows ;;
esac
finish
