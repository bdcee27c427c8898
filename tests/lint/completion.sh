#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# completion.sh – what bash, zsh and fish complete: their shells can read it, and it knows every option
#
# The files are those beside the program that NSDOCTOR names.

. "$(dirname "$0")/lint.sh"

program=${NSDOCTOR:-./nsdoctor}
files=$(dirname "$program")/completions
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

if [ ! -x "$program" ] || [ ! -e "$files/nsdoctor" ]; then
	skip "lint: completions" "none built"
	finish
fi
"$program" --help | grep -oE -e '--[a-z-]+' | sort -u >"$work/options"

# complete WORD...: what bash offers for the last word
complete_bash()
{
	bash -c '
		. "$1" && shift
		COMP_WORDS=(nsdoctor "$@") COMP_CWORD=$#
		_nsdoctor
		printf "%s\n" "${COMPREPLY[@]}"' bash "$files/nsdoctor" "$@" 2>&1
}

# offers WANTED WORD...
offers()
{
	wanted=$1
	shift
	complete_bash "$@" | grep -qxF -e "$wanted" || echo "behind \"$*\" bash does not offer $wanted"
}

if command -v bash >/dev/null; then
	verdict "lint: bash completion" "$(
		bash -n "$files/nsdoctor" 2>&1
		complete_bash -- | sort -u | comm -23 "$work/options" - | sed 's/$/ is not completed/'
		offers --explain --exp
		offers ip-forward-off --explain ip-for
		offers never --color = n
		offers always --color =
		offers tcp -p t
		offers host h
	)"
else
	skip "lint: bash completion" "no bash"
fi

if command -v zsh >/dev/null; then
	verdict "lint: zsh completion" "$(
		zsh -n "$files/_nsdoctor" 2>&1
		while read -r option; do
			grep -qE -e "$option[=[,}]" "$files/_nsdoctor" || echo "$option is not completed"
		done <"$work/options"
	)"
else
	skip "lint: zsh completion" "no zsh"
fi

if command -v fish >/dev/null; then
	verdict "lint: fish completion" "$(
		fish --no-execute "$files/nsdoctor.fish" 2>&1
		HOME=$work fish --no-config -c "source '$files/nsdoctor.fish'; complete -C 'nsdoctor --'" |
			cut -f1 | sort -u | comm -23 "$work/options" - | sed 's/$/ is not completed/'
		HOME=$work fish --no-config -c "source '$files/nsdoctor.fish'; complete -C 'nsdoctor --explain ip-f'" |
			cut -f1 | grep -qx ip-forward-off || echo "a code is not completed"
	)"
else
	skip "lint: fish completion" "no fish"
fi

finish
