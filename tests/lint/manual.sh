#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# manual.sh – mandoc has nothing to say against the manual pages

. "$(dirname "$0")/lint.sh"

if command -v mandoc >/dev/null; then
	for page in docs/*.[1-8]; do
		verdict "lint: $page" "$(mandoc -T lint -W warning "$page" 2>&1)"
	done
else
	skip "lint: manual pages" "no mandoc"
fi

finish
