#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scripts.sh – every script is one that its shell can read

. "$(dirname "$0")/lint.sh"

complaints=$(
	find dev .ci tests -type f | sort | while read -r f; do
		read -r first <"$f" 2>/dev/null || continue
		case $first in
		'#!/bin/bash' | '#!/usr/bin/env bash' | '# shellcheck shell=bash') bash -n "$f" 2>&1 ;;
		'#!/bin/sh') sh -n "$f" 2>&1 ;;
		esac
	done
)
verdict "lint: scripts can be read" "$complaints"

finish
