#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sources.sh – Makefile.am names every source file, and only files which exist

. "$(dirname "$0")/lint.sh"

named=$(sed 's/\\$//; s/$(EXEEXT)//g' Makefile.am | tr ' \t' '\n\n' | grep -E '^(src|probes|tests/unit|tests/fuzz)/')
complaints=$(
	find src probes tests/unit tests/fuzz -name '*.[ch]' -o -name '*.def' 2>/dev/null | sort |
		while read -r f; do
			# the programs of tests/ are named without their .c
			printf '%s\n' "$named" | grep -qxF -e "$f" -e "${f%.c}" || echo "Makefile.am lacks $f"
		done
	printf '%s\n' "$named" | while read -r f; do
		[ -e "$f" ] || [ -e "$f.c" ] || echo "Makefile.am names $f, which does not exist"
	done
)
verdict "lint: Makefile.am names every source" "$complaints"

finish
