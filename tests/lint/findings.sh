#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# findings.sh – docs/findings.md is what the fault table and the cases make it
#
# The program that makes it lies beside the one that NSDOCTOR names.

. "$(dirname "$0")/lint.sh"

findings=$(dirname "${NSDOCTOR:-./nsdoctor}")/src/findings

if [ ! -x "$findings" ]; then
	skip "lint: docs/findings.md" "src/findings is not built"
	finish
fi
verdict "lint: docs/findings.md" "$(
	"$findings" | cmp - docs/findings.md 2>&1 ||
		echo 'docs/findings.md is out of date: make findings'
)"

finish
