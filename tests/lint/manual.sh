#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# manual.sh – mandoc has nothing to say against the manual page

. "$(dirname "$0")/lint.sh"

if command -v mandoc >/dev/null; then
	verdict "lint: manual page" "$(mandoc -T lint -W warning docs/nsdoctor.8 2>&1)"
else
	skip "lint: manual page" "no mandoc"
fi

finish
