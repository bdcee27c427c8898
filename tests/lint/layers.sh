#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# layers.sh – nobody includes what comes later: layers.txt has the order

. "$(dirname "$0")/lint.sh"

files=$(find src probes -name '*.h' | sort; find src probes -name '*.c' | sort)

# shellcheck disable=SC2086 # one word a file
complaints=$(awk '
	# "util.h", "firewall/xt.h": as it stands in an #include
	function name(path) { sub(/^(src|probes)\//, "", path); return path }

	function module(path,	m) {
		m = name(path)
		sub(/^src\//, "", path)
		if (path in belongs)
			return belongs[path]
		sub(/\/.*/, "/", path)
		if (path in belongs)
			return belongs[path]
		sub(/\.[ch]$/, ".h", m)
		return m
	}

	FILENAME ~ /layers\.txt$/ {
		if (/^#/ || NF == 0)
			next
		if (sub(/:$/, "", $1)) {
			for (i = 2; i <= NF; i++)
				belongs[$i] = $1
			next
		}
		rows++
		for (i = 1; i <= NF; i++)
			row[$i] = rows
		next
	}

	FNR == 1 {
		me = name(FILENAME)
		mod = module(FILENAME)
		is_header = me ~ /\.h$/
		if (is_header) {
			present[me] = 1
			if (!(me in row))
				print FILENAME " has no row in layers.txt"
			limit = row[me] - 1
			if (row[me] > last[mod])
				last[mod] = row[me]
		} else {
			limit = me == "main.c" ? rows : last[mod]
			if (!limit)
				print FILENAME " belongs to no header in layers.txt"
		}
	}

	/^#[ \t]*include[ \t]*"/ {
		split($0, part, "\"")
		if (part[2] in row && row[part[2]] > limit)
			print FILENAME ":" FNR " includes " part[2] ", which comes later in layers.txt"
	}

	END {
		for (h in row)
			if (!(h in present))
				print "layers.txt names " h ", which does not exist"
	}
' tests/lint/layers.txt $files)
verdict "lint: no include of what comes later" "$complaints"

finish
