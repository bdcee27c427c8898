# SPDX-License-Identifier: GPL-2.0-or-later
#
# accuracy.awk – one line of the table of tests/accuracy, from the facts of one part's tests (tests/lib/check.sh)
#
# -v part, title: whose; misses, skipped: files that the names of the others are added to; reasons: "NAME: REASON" of misses
# that somebody looked at

BEGIN {
	split("first set next fix undo rest", aspects)
	while ((getline line <reasons) > 0)
		if (match(line, /: /) && line !~ /^#/)
			reason[substr(line, 1, RSTART - 1)] = substr(line, RSTART + 2)
}

FNR == 1 {
	if (name != "")
		test_ends()
	test_begins()
	next
}
$1 == "judged" { judged[$2] = 1 }
$1 == "wrong" && !($2 in wrong) { wrong[$2] = $3 }
$1 == "accused" { accused = accused sep $3; sep = ", " }
$1 == "said" && said == "" { said = $2 }
$1 == "took" && took == "" { took = $2 }
END {
	if (name != "")
		test_ends()
	print_line()
}

# the first line is the runner's: "ok NAME", "not ok NAME - WHY" or "skip NAME - WHY"
function test_begins()
{
	how = $0
	sub(/ .*/, "", how)
	name = $0
	sub(/^(not )?[a-z]+ /, "", name)
	why = name
	sub(/ - .*/, "", name)
	sub(/^[^ ]* - /, "", why)
	sub(/^story\//, "", name)
	accused = sep = said = took = ""
	delete judged
	delete wrong
}

function test_ends(  a, what)
{
	if (how == "skip") {
		if (part != "pairs")
			print "- `" name "`: " why >>skipped
		return
	}
	tests++
	# what ended before it could be judged is no success
	if (how == "not" && part != "healthy")
		judged["first"] = 1
	if (how == "not" && !("first" in wrong) && said == "")
		wrong["first"] = why
	for (a in judged) {
		of[a]++
		if (!(a in wrong))
			right[a]++
	}
	if (accused != "")
		accusations++
	if (took != "")
		times[++timed] = took + 0
	if (how != "not")
		return
	what = ""
	for (a = 1; a in aspects; a++)
		if (aspects[a] in wrong)
			what = what (what == "" ? "" : "; ") wrong[aspects[a]]
	print "- `" name "`: " (what == "" ? why : what) (said == "" ? "" : " (said: " said ")") (name in reason ? ". " reason[name] : "") >>misses
}

function ratio(a)
{
	if (!of[a])
		return "–"
	return sprintf("%d of %d (%s %%)", right[a], of[a], int(1000 * right[a] / of[a]) / 10)
}

# rounded(MS): to two digits, as nothing more comes out the same again
function rounded(ms,  unit)
{
	for (unit = 1; ms / unit >= 100; unit *= 10)
		;
	return int(ms / unit + 0.5) * unit
}

function sort_times(  i, j, t)
{
	for (i = 2; i <= timed; i++) {
		t = times[i]
		for (j = i - 1; j > 0 && times[j] > t; j--)
			times[j + 1] = times[j]
		times[j + 1] = t
	}
}

function print_line()
{
	sort_times()
	printf "| %s | %d | %s | %s | %s | %d | %s | %s | %d | %d |\n", title, tests, part == "healthy" ? "–" : ratio("first"), ratio("set"), ratio("next"),
		accusations, ratio("fix"), ratio("undo"), rounded(times[int((timed + 1) / 2)]), rounded(times[timed])
}
