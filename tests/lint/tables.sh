#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tables.sh – lists which must agree: faults ⇄ manual page ⇄ cases, option table ⇄ manual page ⇄ --help
#
# NSDOCTOR names the program to ask; without it, its answers are not compared.

. "$(dirname "$0")/lint.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# missing A B TEXT: the lines of A that B lacks
missing()
{
	comm -23 "$work/$1" "$work/$2" | while read -r line; do
		echo "$line $3"
	done
}

# codes [matched]: of the fault table, or only of rows that something is asked for; rows may come out of macros
codes()
{
	for f in src/faults/*.c; do
		${CC:-cc} -E -P -D_GNU_SOURCE -Isrc -Iprobes "$f"
	done | sed 's/" *"//g; s/\.code *= *"/\n&/g; s/}/}\n/g' | awk -v only="${1:-}" '
		function row() { if (code && (only == "" || matched)) print code; code = ""; matched = 0 }
		match($0, /^\.code *= *"[^"]+"/) {
			row()
			split($0, part, "\"")
			code = part[2]
		}
		/\.match *= *[a-z_]/ { matched = 1 }
		END { row() }'
}

# section NAME: the words of the .It lines in a section of the manual page
section()
{
	awk -v name="$1" '
		/^\.Sh / { inside = (substr($0, 5) == name) }
		inside && /^\.It / { print }' docs/nsdoctor.8
}

codes | sort >"$work/codes"
codes matched | sort -u >"$work/matched"
verdict "lint: each fault code stands once" "$(
	[ -s "$work/matched" ] || echo "no fault can be read from src/faults/*.c"
	uniq -d "$work/codes" | sed 's/$/ stands more than once/'
)"

section FINDINGS | awk '{ print $NF }' | sort -u >"$work/man"
verdict "lint: faults and manual page agree" "$(
	missing codes man "is not in docs/nsdoctor.8"
	missing man codes "is in docs/nsdoctor.8 only"
)"

# a case is tests/cases/CODE or tests/cases/CODE.VARIANT
find tests/cases -mindepth 1 -maxdepth 1 -type d | sed 's/.*\///; s/\..*//' | sort -u >"$work/cases"
verdict "lint: faults and cases agree" "$(
	missing matched cases "has no case in tests/cases"
	missing cases codes "is a case of no fault"
)"

section OPTIONS | tr ' ' '\n' | grep '^-[a-z]' | sed 's/^-/--/' | sort -u >"$work/man.options"
sed -n 's/.*\.name *= *"\([a-z-]*\)".*/--\1/p' src/options.c | sort -u >"$work/options"
verdict "lint: options and manual page agree" "$(
	missing options man.options "is not in docs/nsdoctor.8"
	missing man.options options "is in docs/nsdoctor.8 only"
)"

if [ -x "${NSDOCTOR:-./nsdoctor}" ]; then
	"${NSDOCTOR:-./nsdoctor}" --help >"$work/text"
	grep -oE -e '--[a-z-]+' "$work/text" | sort -u >"$work/help"
	verdict "lint: options and --help agree" "$(
		missing options help "is not in --help"
		missing help options "is in --help only"
	)"
	verdict "lint: --explain knows each fault" "$(
		while read -r code; do
			"${NSDOCTOR:-./nsdoctor}" --explain "$code" | grep -qF "$code" ||
				echo "--explain $code does not explain it"
		done <"$work/codes"
	)"
else
	skip "lint: options and --help agree" "no program built"
fi

finish
