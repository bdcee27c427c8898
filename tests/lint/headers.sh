#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# headers.sh – every header compiles alone, and a second time after itself

. "$(dirname "$0")/lint.sh"

complaints=
for h in $(find src probes -name '*.h' | sort); do
	printf '#include "%s"\n#include "%s"\n' "$h" "$h" |
		${CC:-cc} -std=gnu11 -Wall -Werror -fsyntax-only -D_GNU_SOURCE ${CPPFLAGS:-} \
			-I. -Isrc -Iprobes -x c - >/dev/null 2>&1 || complaints="$complaints$h does not compile alone
"
done
verdict "lint: headers stand alone" "${complaints%?}"

finish
