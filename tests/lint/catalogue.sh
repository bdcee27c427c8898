#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# catalogue.sh – every code, case and row that docs/CATALOGUE.md names is there, and no row is left out

. "$(dirname "$0")/lint.sh"

doc=docs/CATALOGUE.md
rows=$(sed -n 's/^row \([a-z0-9-]*\) .*/\1/p' tests/catalogue/rows.sh)

verdict "lint: $doc" "$(
	sed -n 's/^| [^|]* | `\([a-z0-9-]*\)` |.*/\1/p' "$doc" | sort -u | while read -r code; do
		grep -q "^\.It Sy $code\$" docs/nsdoctor.8 || echo "$code is no code"
	done
	grep -o '`cases/[a-z0-9.-]*`' "$doc" | tr -d '`' | sort -u | while read -r case; do
		[ -e "tests/$case/lab.sh" ] || echo "there is no tests/$case"
	done
	grep -o '`catalogue/[a-z0-9-]*`' "$doc" | tr -d '`' | sort -u | while read -r row; do
		printf '%s\n' "$rows" | grep -qx "${row#catalogue/}" || echo "there is no row ${row#catalogue/}"
	done
	printf '%s\n' "$rows" | while read -r row; do
		grep -q "\`catalogue/$row\`" "$doc" || echo "the row $row is not in it"
	done
	printf '%s\n' "$rows" | sort | uniq -d | sed 's/^/two rows: /'
)"

finish
