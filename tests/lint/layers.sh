#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# layers.sh – nobody includes upwards: the order stands in layers.txt

. "$(dirname "$0")/lint.sh"

files=$(find src probes -name '*.h' -o -name '*.c' | sort)

# shellcheck disable=SC2086 # one word a file
complaints=$(awk '
	function base(path) { sub(/.*\//, "", path); return path }

	FILENAME ~ /layers\.txt$/ {
		if ($0 ~ /^#/ || NF == 0)
			next
		row++
		for (i = 1; i <= NF; i++) {
			if ($i in level)
				print "layers.txt names " $i " twice"
			level[$i] = row
		}
		next
	}
	FNR == 1 {
		me = base(FILENAME)
		is_header = me ~ /\.h$/
		present[me] = 1
		mine = me
		sub(/\.c$/, ".h", mine)
		if (is_header && !(me in level))
			print FILENAME " has no row in layers.txt"
	}
	/^#[ \t]*include[ \t]*"/ {
		split($0, part, "\"")
		other = base(part[2])
		if (!(mine in level) || !(other in level) || other == mine)
			next
		if (is_header ? level[other] >= level[mine] : level[other] > level[mine])
			print FILENAME ":" FNR " includes " other ", which layers.txt puts below it"
	}
	END {
		for (h in level)
			if (!(h in present))
				print "layers.txt names " h ", which does not exist"
	}
' tests/lint/layers.txt $files)
verdict "lint: no upward include" "$complaints"

finish
