# SPDX-License-Identifier: GPL-2.0-or-later
#
# lint.sh – sourced by every check here. A check prints one line a rule, "ok NAME", "not ok NAME - why" or
# "skip NAME - why", complaints before it on lines of their own; it exits 1 after a "not ok", 77 when all was skipped.

set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C

lint_status=77

# verdict NAME COMPLAINTS
verdict()
{
	if [ -z "$2" ]; then
		echo "ok $1"
		[ "$lint_status" -ne 77 ] || lint_status=0
	else
		printf '%s\n' "$2" | sed 's/^/  /'
		echo "not ok $1 - $(printf '%s\n' "$2" | head -n 1)"
		lint_status=1
	fi
}

# skip NAME WHY
skip()
{
	echo "skip $1 - $2"
}

finish()
{
	exit "$lint_status"
}
