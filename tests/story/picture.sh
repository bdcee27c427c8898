#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# picture – the picture of the README is what nsdoctor prints; times and counts aside
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

set -euo pipefail

[ "${1:-}" != --variants ] || exit 0

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"

# words FILE: what the picture says, without what differs from run to run
words()
{
	sed -E '/<style|^<svg|^<rect/d; s/<[^>]*>/ /g; s/\+?(&lt;)?[0-9.]+ ms//g; s/(sent|seen) +[0-9]+/\1/g
		s/[0-9]+ of [0-9]+/N of N/g; s/ +/ /g; s/ $//' "$1"
}

"$LAB_LIB/../picture" "$LAB_TMP/screen.svg" >>"$LAB_TMP/details" 2>&1 || fail 'it cannot be drawn'
words "$LAB_TMP/screen.svg" >"$LAB_TMP/now"
words "$LAB_LIB/../../docs/screen.svg" >"$LAB_TMP/shown"
diff -u "$LAB_TMP/shown" "$LAB_TMP/now" >>"$LAB_TMP/details" ||
	fail 'docs/screen.svg is of another time: tests/picture docs/screen.svg draws it again'
finish
