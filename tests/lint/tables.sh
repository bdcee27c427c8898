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

# codes: of the fault table, "CODE GROUP FOUND"; the group by the first word of its name, FOUND: yes, or no where
# nothing looks for it. Rows may come out of macros.
codes()
{
	for f in src/faults/*.c; do
		${CC:-cc} -E -P -D_GNU_SOURCE -Isrc -Iprobes "$f"
	done | sed 's/" *"//g; s/\.\(code\|name\) *= *"/\n&/g; s/}/}\n/g' | awk '
		match($0, /^\.code *= *"[^"]+"/) {
			split($0, part, "\"")
			code[++n] = part[2]
			found[n] = "no"
		}
		n && /\.(match *= *[a-z_]|apart *= *(true|1))/ { found[n] = "yes" }
		# a group stands behind its rows
		match($0, /^\.name *= *"[^"]+"/) {
			for (sub(/^[^"]*"/, ""); n; n--)
				print code[n], tolower(substr($0, 1, match($0, /[^A-Za-z]/) - 1)), found[n]
		}'
}

# section NAME: the .Ss and .It lines in a section of the manual page
section()
{
	awk -v name="$1" '
		/^\.Sh / { inside = (substr($0, 5) == name) }
		inside && /^\.(It|Ss) / { print }' docs/nsdoctor.8
}

codes | sort >"$work/rows"
cut -d ' ' -f 1 "$work/rows" >"$work/codes"
awk '$3 == "yes" { print $1 }' "$work/rows" | sort -u >"$work/matched"
verdict "lint: each fault code stands once" "$(
	[ -s "$work/matched" ] || echo "no fault can be read from src/faults/*.c"
	uniq -d "$work/codes" | sed 's/$/ stands more than once/'
)"

section FINDINGS | awk '
	$1 == ".Ss" { sub(/[:,]$/, "", $2); group = tolower($2) }
	$1 == ".It" { print $NF, group }' | sort >"$work/man.rows"
cut -d ' ' -f 1 "$work/man.rows" >"$work/man.all"
uniq "$work/man.all" >"$work/man"
# "Not looked for by this version"
awk '{ print $1, $3 == "yes" ? $2 : "not" }' "$work/rows" | sort >"$work/groups"
verdict "lint: faults and manual page agree" "$(
	missing codes man "is not in docs/nsdoctor.8"
	missing man codes "is in docs/nsdoctor.8 only"
	uniq -d "$work/man.all" | sed 's/$/ stands more than once in docs\/nsdoctor.8/'
	missing groups man.rows "(code, section) is not how docs/nsdoctor.8 has it"
)"

# a case is tests/cases/CODE or tests/cases/CODE.VARIANT
find tests/cases -mindepth 1 -maxdepth 1 -type d | sed 's/.*\///; s/\..*//' | sort -u >"$work/cases"
verdict "lint: faults and cases agree" "$(
	missing matched cases "has no case in tests/cases"
	missing cases matched "is a case of no fault that is looked for"
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
		while read -r code; do
			! "${NSDOCTOR:-./nsdoctor}" --explain "$code" | grep -qF 'does not look for it' ||
				echo "--explain $code says that it is not looked for"
		done <"$work/cases"
	)"
else
	skip "lint: options and --help agree" "no program built"
fi

finish
