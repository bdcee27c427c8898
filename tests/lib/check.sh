# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh – run nsdoctor and hold what it says against what is expected; sourced after lab.sh
#
# Whatever fails is counted and told; the first of it is the reason that the runner prints. Facts are kept beside that, one a
# line, for those who count over many tests (tests/accuracy):
#
#   judged ASPECT           it was looked at: first (the first cause), set (all causes), next, fix, undo, rest
#   wrong ASPECT WHY        and is not as it should be
#   accused ROLE CODE       found as a cause or next, and expected nowhere
#   said FINDINGS           the first answer
#   took MS                 the time of that
#   named WHEN              of a fault of a pair (tests/story/pairs.sh)

ERRORS=0
ASPECT=rest

fact()
{
	local IFS=$'\t'
	printf '%s\n' "$*" >>"$LAB_TMP/facts"
}

# judge ASPECT: what is checked from here on belongs to it
judge()
{
	ASPECT=$1
	fact judged "$1"
}

fail()
{
	printf '%s\n' "$*" >>"$LAB_TMP/why"
	fact wrong "$ASPECT" "${*//$'\n'/ }"
	((ERRORS++)) || true
}

finish()
{
	[ "$ERRORS" -eq 0 ] && exit 0
	exit 1
}

# --- asking -----------------------------------------------------------------------------------------------------------

# asks STATUS OPTION...: nsdoctor with that exit status; what it prints is in $LAB_TMP/said and .err
asks()
{
	local want=$1 status=0
	shift
	timeout 30 "$NSDOCTOR" "$@" >"$LAB_TMP/said" 2>"$LAB_TMP/said.err" </dev/null || status=$?
	{ echo "\$ nsdoctor $* (exit $status)"; cat "$LAB_TMP/said" "$LAB_TMP/said.err"; } >>"$LAB_TMP/details"
	[ "$status" -eq "$want" ] || fail "nsdoctor $*: exit $status, not $want"
}

# doctor OUT OPTION...: one run with --json; everything about it that is true of any run is checked here. Beside OUT,
# OUT.sum says what is in it, one line a fact, fields divided by tabs (see summary.py).
doctor()
{
	local out=$1 wrong
	shift
	STATUS=0
	timeout --kill-after=5 "${LAB_TIMEOUT:-60}" "${NSDOCTOR:?}" --json "$@" >"$out" 2>"$out.err" || STATUS=$?
	{
		printf '$ nsdoctor --json %s\n' "$*"
		cat "$out" "$out.err"
	} >>"$LAB_TMP/details"
	if [ "$STATUS" -gt 3 ] || grep -qE 'Sanitizer|runtime error' "$out.err"; then
		fail "nsdoctor $*: ended with $STATUS: $(grep -m1 -E 'ERROR|runtime error' "$out.err")"
		return 1
	fi
	if [ ! -s "$out" ] || ! summarize "$out" >"$out.sum" 2>/dev/null; then
		fail "nsdoctor $*: exit $STATUS, and no JSON on standard output"
		return 1
	fi
	fact took "$(said "$out" took)"
	fact said "$(awk -F '\t' '/^verdict\t/ { printf "%s", $2; sep = ": " }
		/^(cause|next)\t/ { printf "%s%s %s", sep, $1, $2; sep = ", " }' "$out.sum")"
	wrong=$(sed -n 's/^schema\t//p' "$out.sum" | head -5)
	[ -z "$wrong" ] || fail "nsdoctor $*: schema: $wrong"
}

# the system's own: what a version manager puts before it in PATH is a script that takes longer than the program
LAB_PYTHON=$(PATH=/usr/bin:$PATH command -v python3)

# summarize OUT: the findings as ROLE CODE CONFIDENCE DIRECTION PROTOCOLS NETNS OBJECT SAFETY
summarize() { "$LAB_PYTHON" -I -S "$LAB_LIB/summary.py" "${STATUS:-0}" "$1"; }

# said OUT KEY: one of those facts
said()
{
	local line
	while IFS= read -r line; do
		[[ $line != "$2"$'\t'* ]] || printf '%s\n' "${line#*$'\t'}"
	done <"$1.sum"
}

# replayed OUT FILE: what was saved beside OUT says the same, to the letter, where nothing of this world is left
replayed()
{
	local status=0 expected
	expected=$(said "$1" verdict)
	unshare -n "$NSDOCTOR" --json --load "$2" >"$LAB_TMP/replay" 2>"$LAB_TMP/replay.err" || status=$?
	if [ "$status" -gt 3 ] || ! cmp -s "$1" "$LAB_TMP/replay"; then
		fail "--load says something else than was found ($expected, exit $status)"
		diff <(jq . "$1") <(jq . "$LAB_TMP/replay") >>"$LAB_TMP/details" 2>&1
		cat "$LAB_TMP/replay.err" >>"$LAB_TMP/details"
	fi
}

# --- expecting --------------------------------------------------------------------------------------------------------

# names TEXT: $NS1 and the like stand for what the set says
names()
{
	local text=$1 v
	# an address before a port has brackets, which are none of a pattern
	[ -z "$LAB_IPV6" ] || text=$(sed -E '/^(cause|next) /s/\$([A-Z0-9]*ADDR|OUT|GW|FREE|NOBODY):([0-9])/\\[$\1\\]:\2/g' <<<"$text")
	for v in $LAB_VARS; do
		text=${text//\$$v/${!v}}
	done
	[ -z "$LAB_IPV6" ] || text=$(in_ipv6 <<<"$text")
	printf '%s\n' "$text"
}

# in_ipv6: what is expected of IPv4, expected of IPv6
in_ipv6()
{
	sed -e 's/\bip-forward-off\b/ip6-forward-off/g' -e 's/net\.ipv4\.ip_forward/net.ipv6.conf.all.forwarding/g' \
		-e 's/net\.ipv4\.icmp_echo_ignore_all/net.ipv6.icmp.echo_ignore_all/g' -e 's/net\.ipv4\.conf/net.ipv6.conf/g' \
		-e 's/\bip \([a-z]* [A-Za-z*]\)/ip6 \1/g' -e 's:/32\b:/128:g'
}

sorted() { printf '%s\n' "${1//,/$'\n'}" | sort | paste -sd, -; }

# like HAVE WANT: WANT may be "*" (anything) or a pattern of the shell
like()
{
	# shellcheck disable=SC2053 # WANT is a pattern
	[[ $1 == $2 ]]
}

# demand OUT FILE: every line of FILE is true of OUT
#
#   verdict V                                    exit N
#   cause CODE CONFIDENCE DIRECTION PROTOCOLS NETNS OBJECT     "*" is anything; the first "cause" is findings[0], and
#                                                              there are no other causes than those listed
#   next CODE DIRECTION NETNS OBJECT             likewise, in this order; none listed: there is none. "next *": any
#   note CODE                                    in a healthy world there are no others, elsewhere they are free
#   safety S                                     of findings[0].fix; "none": there is no fix
#   applied CODE,CODE                            kept changes of --fix, in order
#   works no                                     after --fix an ordinary check still fails
#   fix any                                      whatever --fix does
#   jq EXPRESSION                                has to be true
#
# demand OUT FILE [ASPECT]: all of it belongs to that aspect; without one, each line to its own
demand()
{
	local out=$1 all=${3:-} line word=() rest known=' '
	local causes=() nexts=() notes=() any_next='' n=0 m=0
	local known_notes='' filters=()
	mapfile -t causes < <(grep $'^cause\t' "$out.sum")
	mapfile -t nexts < <(grep $'^next\t' "$out.sum")
	mapfile -t notes < <(grep $'^note\t' "$out.sum")
	as rest
	while read -r line; do
		case $line in '' | '#'*) continue ;; esac
		read -r word rest <<<"$line"
		case $word in
		verdict)
			like "$(said "$out" verdict)" "$rest" || fail "verdict is $(said "$out" verdict), not $rest"
			;;
		exit)
			[ "$STATUS" = "$rest" ] || fail "exit is $STATUS, not $rest"
			;;
		cause)
			if [ "$n" -eq 0 ]; then as first; else as set; fi
			known+="${rest%% *} "
			one "${causes[n]:-}" cause "$rest"
			((++n))
			;;
		next)
			if [ "$rest" = '*' ]; then
				any_next=1
			else
				as next
				known+="${rest%% *} "
				read -r -a word <<<"$rest"
				one "${nexts[m]:-}" next "${word[0]} * ${word[1]:-*} * ${word[2]:-*} ${word[*]:3}"
				((++m))
			fi
			;;
		note)
			known_notes+=" $rest "
			printf '%s\n' "${notes[@]}" | grep -q "^note"$'\t'"$rest"$'\t' || fail "no note $rest"
			;;
		maybe-note)
			known_notes+=" $rest "
			;;
		safety)
			like "$(said "$out" safety)" "$rest" || fail "safety of the first fix is $(said "$out" safety), not $rest"
			;;
		applied)
			like "$(said "$out" applied)" "$rest" || fail "applied: $(said "$out" applied), not $rest"
			;;
		jq)
			filters+=("$rest")
			;;
		works | fix) ;;
		*) die "${CASE:-}: what is \"$line\"?" ;;
		esac
		as rest
	done < <(names "$(<"$2")")
	as set
	((n == ${#causes[@]})) || fail "$n causes expected, ${#causes[@]} found: $(codes "${causes[@]}")"
	as next
	[ -n "$any_next" ] || ((m == ${#nexts[@]})) || fail "$m next expected, ${#nexts[@]} found: $(codes "${nexts[@]}")"
	accused "$known" "${causes[@]}"
	[ -n "$any_next" ] || accused "$known" "${nexts[@]}"
	as rest
	if [ -n "${HEALTHY:-}" ]; then
		for line in "${notes[@]}"; do
			word=$(cut -f2 <<<"$line")
			[[ $known_notes == *" $word "* ]] || fail "an uncalled-for note: $word"
		done
	fi
	[ "${#filters[@]}" -eq 0 ] || hold "$out" "${filters[@]}"
}

# accused KNOWN FINDING...: those of them are a fact that KNOWN does not name
accused()
{
	local known=$1 finding role code rest
	shift
	for finding; do
		IFS=$'\t' read -r role code rest <<<"$finding"
		[[ $known == *" $code "* ]] || fact accused "$role" "$code"
	done
}

# as ASPECT: what demand checks next belongs to it, or to what demand was told
as() { judge "${all:-$1}"; }

# hold OUT EXPRESSION...: all of them are true of it
hold()
{
	local out=$1 e i=0 program='' answers=()
	shift
	for e; do
		program+="(try ($e) catch \"error: \\(.)\"), "
	done
	mapfile -t answers < <(jq -c "${program}empty" "$out" 2>&1)
	for e; do
		[ "${answers[i]:-}" = true ] || fail "not true: $e"
		((++i))
	done
}

codes()
{
	local l
	for l; do
		printf '%s ' "$(cut -f2 <<<"$l")"
	done
}

# one HAVE ROLE "CODE CONFIDENCE DIRECTION PROTOCOLS NETNS OBJECT": a summarized finding against an expectation
one()
{
	local have want i
	IFS=$'\t' read -r -a have <<<"$1"
	read -r -a want <<<"$3"
	if [ -z "$1" ]; then
		fail "$2 ${want[0]} is missing"
		return
	fi
	local label=(role code confidence direction protocols netns object)
	for ((i = 1; i < 7; i++)); do
		local w=${want[i - 1]:-*}
		[ "$i" -lt 6 ] || w=${want[*]:5}
		[ "$i" -ne 4 ] || [ "$w" = '*' ] || w=$(sorted "$w")
		like "${have[i]}" "${w:-*}" || fail "$2 ${want[0]}: ${label[i]} is ${have[i]}, not $w"
	done
}

# --- the parts of a case ----------------------------------------------------------------------------------------------

# pasted OUT: what the findings say to do, done by hand, repairs it; what they say about undoing it, undoes it
pasted()
{
	local cmd
	[ "$(said "$1" unfixable)" -eq 0 ] || return 0
	judge fix
	while IFS= read -r cmd; do
		paste_one "$cmd"
	done < <(said "$1" command)
	patient works || fail 'the printed commands do not repair it'
	judge undo
	while IFS= read -r cmd; do
		paste_one "$cmd"
	done < <(said "$1" undo)
	unchanged --no-switches 'the printed undo'
	! declare -F forget >/dev/null || forget
}

paste_one()
{
	printf '$ %s\n' "$1" >>"$LAB_TMP/details"
	local status=0
	bash -c "$1" >>"$LAB_TMP/details" 2>&1 || status=$?
	# conntrack ends with 1 where there was nothing to delete
	case $status:$1 in 0:* | 1:conntrack\ -D*) ;; *) fail "cannot be pasted: $1" ;; esac
}

# unchanged [--no-switches] WHAT: the state is that of before. Where another look at it follows, the switches can wait for
# that.
unchanged()
{
	local diff
	diff=$(same_state "${@:1:$#-1}" "$LAB_TMP/before") || {
		fail "${!#} leaves something behind"
		printf '%s\n' "$diff" >>"$LAB_TMP/details"
	}
}

# unreadable: the tables that iptables refuses to list, which are not its own
unreadable()
{
	local ns
	command -v iptables-nft-save >/dev/null || return 0
	for ns in host "$NS1"; do
		within "$ns" iptables-nft-save 2>&1 | grep -i incompatible | sed "s/^/$ns: /" || true
	done
}

# still_readable: what iptables could list before, it still can
still_readable()
{
	unreadable >"$LAB_TMP/unreadable.now"
	cmp -s "$LAB_TMP/unreadable" "$LAB_TMP/unreadable.now" && return
	cat "$LAB_TMP/unreadable.now" >>"$LAB_TMP/details"
	fail '--fix: iptables cannot read a table of its own any more'
}

# fixed: --fix does what expect.fixed says, an ordinary check agrees, and --undo takes it back
fixed()
{
	judge fix
	unreadable >"$LAB_TMP/unreadable"
	doctor "$LAB_TMP/fixed" --fix --yes "${ASK[@]}" || return 0
	demand "$LAB_TMP/fixed" "$CASE/expect.fixed" fix
	if ! grep -q '^works no' "$CASE/expect.fixed"; then
		patient works || fail '--fix: an ordinary check still does not work'
	fi
	[ -z "$(said "$LAB_TMP/fixed" applied)" ] || still_readable
	taken_back
}

# taken_back: --undo of what --fix did leads exactly to where it began
taken_back()
{
	judge undo
	if [ -z "$(said "$LAB_TMP/fixed" applied)" ]; then
		unchanged '--fix that keeps nothing'
		return
	fi
	STATUS=0
	timeout 60 "$NSDOCTOR" --undo >"$LAB_TMP/undo" 2>&1 || STATUS=$?
	{ echo '$ nsdoctor --undo'; cat "$LAB_TMP/undo"; } >>"$LAB_TMP/details"
	[ "$STATUS" -eq 0 ] || fail "--undo: exit $STATUS: $(head -3 "$LAB_TMP/undo")"
	unchanged '--fix and --undo'
}

# untouchable: --fix keeps its hands off
untouchable()
{
	judge rest
	! grep -q '^fix any' "$expect" || return 0
	doctor "$LAB_TMP/fixed" --fix --yes "${ASK[@]}" || return 0
	[ -z "$(said "$LAB_TMP/fixed" applied)" ] || fail "--fix keeps: $(said "$LAB_TMP/fixed" applied)"
	unchanged '--fix'
}
