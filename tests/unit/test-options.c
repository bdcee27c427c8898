/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "options.h"
#include "strbuf.h"

#define WORDS_MAX 8

/* Parses words up to NULL as a command line. */
static int parse(struct options *ret, char **ret_error, const char *const *words)
{
	char *argv[WORDS_MAX + 2] = { xstrdup("nsdoctor") };
	int argc = 1, r;

	while (words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	r = options_parse(argc, argv, ret, ret_error);
	free(argv[0]);
	return r;
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct options accept_words(const char *const *words)
{
	struct options o = { 0 };
	char *error = NULL;

	assert_int_equal(parse(&o, &error, words), 0);
	assert_null(error);
	return o;
}

static void refuse_words(const char *expected, const char *const *words)
{
	struct options o = { .count = 4711 };
	_cleanup_(freep) char *error = NULL;

	assert_int_equal(parse(&o, &error, words), -EINVAL);
	assert_non_null(error);
	assert_string_equal(error, expected);
	assert_int_equal(o.count, 4711); /* untouched */
}

#define ACCEPT(...)           accept_words(WORDS(__VA_ARGS__))
#define REFUSE(expected, ...) refuse_words(expected, WORDS(__VA_ARGS__))

static void defaults(void **state)
{
	struct options o = ACCEPT("netns1");

	assert_int_equal(o.command, COMMAND_DIAGNOSE);
	assert_string_equal(o.source, "netns1");
	assert_null(o.destination);
	assert_int_equal(o.protos, 0);
	assert_int_equal(o.count, 0);
	assert_true(o.timeout == 1.5);
	assert_int_equal(o.color, COLOR_AUTO);
	assert_false(o.json || o.fix || o.yes || o.dry_run || o.no_probe || o.no_trace || o.quiet ||
		     o.verbose || o.ascii);
}

static void targets_and_options_in_any_order(void **state)
{
	struct options o = ACCEPT("-j", "netns1", "--count", "3", "8.8.8.8", "-v");

	assert_string_equal(o.source, "netns1");
	assert_string_equal(o.destination, "8.8.8.8");
	assert_true(o.json && o.verbose);
	assert_int_equal(o.count, 3);
}

static void two_dashes_end_the_options(void **state)
{
	struct options o = ACCEPT("--", "-odd", "--name");

	assert_string_equal(o.source, "-odd");
	assert_string_equal(o.destination, "--name");
}

static void letters_together_and_values_glued(void **state)
{
	struct options o = ACCEPT("-qvc3", "netns1");

	assert_true(o.quiet && o.verbose);
	assert_int_equal(o.count, 3);
	assert_int_equal(ACCEPT("-c", "10000", "a").count, 10000);
	assert_int_equal(ACCEPT("--count=1", "a").count, 1);
	assert_true(ACCEPT("-t.5", "a").timeout == 0.5);
	assert_true(ACCEPT("--timeout=2.25", "a").timeout == 2.25);
	assert_true(ACCEPT("-t", "3600", "a").timeout == 3600);
	/* the last one counts */
	assert_int_equal(ACCEPT("-c1", "-c2", "a").count, 2);
}

static void protocols(void **state)
{
	assert_int_equal(ACCEPT("-p", "icmp", "a").protos, 1u << PROTO_ICMP);
	assert_int_equal(ACCEPT("-ptcp", "a", "8.8.8.8:53").protos, 1u << PROTO_TCP);
	assert_int_equal(ACCEPT("--proto=tcp,icmp,tcp", "a").protos,
			 1u << PROTO_ICMP | 1u << PROTO_TCP);
	REFUSE("--proto: \"sctp\" is not a list of protocols such as icmp,tcp", "-p", "sctp", "a");
	REFUSE("--proto: \"icmp,\" is not a list of protocols such as icmp,tcp", "-p", "icmp,", "a");
	REFUSE("--proto: \"ICMP\" is not a list of protocols such as icmp,tcp", "-pICMP", "a");
	REFUSE("--proto needs an argument: --proto LIST", "--proto=", "a");
	REFUSE("udp needs a port: DESTINATION:PORT", "-p", "udp", "a", "8.8.8.8");
	REFUSE("udp needs a port: DESTINATION:PORT", "-p", "icmp,udp", "a");
	assert_int_equal(ACCEPT("-p", "udp", "a", "8.8.8.8:53").protos, 1u << PROTO_UDP);
	assert_int_equal(ACCEPT("-picmp,udp", "a", "8.8.8.8:53/udp").protos,
			 1u << PROTO_ICMP | 1u << PROTO_UDP);
	REFUSE("the port of 8.8.8.8:53/udp needs udp in --proto", "-ptcp", "a", "8.8.8.8:53/udp");
	REFUSE("the port of 8.8.8.8:53/tcp needs tcp in --proto", "-pudp", "a", "8.8.8.8:53/tcp");
	REFUSE("the port of 8.8.8.8:443 needs tcp or udp in --proto", "-p", "icmp", "a", "8.8.8.8:443");
}

static void the_pace(void **state)
{
	struct options o = ACCEPT("-wi", "0.5", "a");

	assert_true(o.watch);
	assert_true(o.interval == 0.5);
	assert_true(ACCEPT("--count=9", "--interval=.05", "a").interval == .05);
	REFUSE("--interval is the pace of --count or --watch", "-i1", "a");
	REFUSE("--watch only looks: it does not go with --fix", "--watch", "--fix", "--yes", "a");
	REFUSE("--watch sends, which --no-probe forbids", "--watch", "--no-probe", "a");
	REFUSE("--watch is for one source, not for --all", "--all", "--watch");
	REFUSE("--interval is the pace of --count or --watch", "--all", "-i1");
	REFUSE("--count sends, which --no-probe forbids", "-c3", "--no-probe", "a");
}

static void count_is_a_small_number(void **state)
{
	REFUSE("--count: \"0\" packets tell nothing; 1 is the least", "--count", "0", "a");
	REFUSE("--count: \"abc\" is not a number of packets", "-c", "abc", "a");
	REFUSE("--count: \"-1\" is not a number of packets", "-c", "-1", "a");
	REFUSE("--count: \"1.5\" is not a number of packets", "-c1.5", "a");
	REFUSE("--count: \" 1\" is not a number of packets", "-c", " 1", "a");
	REFUSE("--count: \"10001\" packets are too many; 10000 are the most", "-c10001", "a");
	REFUSE("--count: \"18446744073709551617\" packets are too many; 10000 are the most", "-c",
	       "18446744073709551617", "a");
	REFUSE("--count needs an argument: --count N", "a", "--count");
	REFUSE("--count: \"--json\" is not a number of packets", "--count", "--json", "a");
}

static void timeout_is_a_sane_number(void **state)
{
	REFUSE("--timeout: \"-1\" is not a number of seconds", "--timeout", "-1", "a");
	REFUSE("--timeout: \"nan\" is not a number of seconds", "-t", "nan", "a");
	REFUSE("--timeout: \"inf\" is not a number of seconds", "-tinf", "a");
	REFUSE("--timeout: \"0x10\" is not a number of seconds", "-t0x10", "a");
	REFUSE("--timeout: \"1e3\" is not a number of seconds", "-t1e3", "a");
	REFUSE("--timeout: \"1,5\" is not a number of seconds", "-t1,5", "a");
	REFUSE("--timeout: \"1.2.3\" is not a number of seconds", "-t1.2.3", "a");
	REFUSE("--timeout: \".\" is not a number of seconds", "-t.", "a");
	REFUSE("--timeout: \"0\" seconds are too few; 0.01 are the least", "-t", "0", "a");
	REFUSE("--timeout: \"3601\" seconds are too many; 3600 are the most", "-t3601", "a");
	REFUSE("--timeout: \"99999999999999999999999999999999999999999999\" seconds are too many; "
	       "3600 are the most",
	       "-t", "99999999999999999999999999999999999999999999", "a");
}

static void color(void **state)
{
	assert_int_equal(ACCEPT("--color", "always", "a").color, COLOR_ALWAYS);
	assert_int_equal(ACCEPT("--color=never", "a").color, COLOR_NEVER);
	assert_int_equal(ACCEPT("--color=auto", "a").color, COLOR_AUTO);
	REFUSE("--color: \"blue\" is neither auto, always nor never", "--color=blue", "a");
}

static void a_client_outside(void **state)
{
	struct options o = ACCEPT("--from", "192.0.2.7", "outside", "a:80");

	assert_string_equal(addr_text(&o.from).s, "192.0.2.7");
	o = ACCEPT("outside", "a:80");
	assert_false(addr_is_set(&o.from));
	REFUSE("--from: \"web\" is no address", "--from=web", "outside", "a:80");
	REFUSE("--from: \"127.0.0.1\" is no address that a client can have", "--from", "127.0.0.1",
	       "outside", "a:80");
	REFUSE("--from: \"224.0.0.1\" is no address that a client can have", "--from", "224.0.0.1",
	       "outside", "a:80");
	REFUSE("--from is the client's address where SOURCE is outside", "--from", "192.0.2.7", "a");
	REFUSE("from outside, a DESTINATION must be named: who is asked?", "outside");
}

static void redacted_files(void **state)
{
	assert_true(ACCEPT("--save", "f", "--redact", "a").redact);
	REFUSE("--redact says how --save writes, and --save is missing", "--redact", "a");
	REFUSE("--redact says how --save writes, and --save is missing", "--redact", "--load", "f");
	REFUSE("--redact takes no argument", "--redact=yes", "a");
}

static void unknown_options(void **state)
{
	REFUSE("there is no option --jsno; did you mean --json?", "--jsno", "a");
	REFUSE("there is no option --dryrun; did you mean --dry-run?", "--dryrun", "a");
	REFUSE("there is no option --frobnicate", "--frobnicate=3", "a");
	REFUSE("there is no option --\\x1b[2J", "--\033[2J", "a");
	REFUSE("there is no such option in -jx", "-jx", "a");
	REFUSE("--json takes no argument", "--json=yes", "a");
}

static void a_saved_answer(void **state)
{
	struct options o = ACCEPT("--save=x", "a");

	assert_string_equal(o.save, "x");
	o = ACCEPT("--load", "x", "--json", "--dry-run", "--pcap=y");
	assert_string_equal(o.load, "x");
	assert_null(o.source);
	REFUSE("--load answers what was asked then; what is a?", "--load=x", "a");
	REFUSE("--timeout says how to ask, and --load does not ask anew", "--load=x", "--timeout=1.5");
	REFUSE("--save says how to ask, and --load does not ask anew", "--load=x", "--save=y");
	REFUSE("--load is about another time or host, which --fix cannot repair; --dry-run goes with it",
	       "--load=x", "--fix", "--yes");
	REFUSE("--yes is for --fix", "--load=x", "--yes");
	REFUSE("--save writes one answer, and --watch has many", "--save=x", "--watch", "a");
	REFUSE("--save writes what is found, and --fix changes it: save first, then repair", "--save=x", "--fix",
	       "--yes", "a");
	REFUSE("--save means nothing with --all", "--save=x", "--all");
}

static void two_files(void **state)
{
	struct options o = ACCEPT("--diff", "a", "b", "--json");

	assert_int_equal(o.command, COMMAND_DIFF);
	assert_string_equal(o.diff, "a");
	assert_string_equal(o.source, "b");
	REFUSE("--diff compares two files of --save, and NEW is missing: --diff OLD NEW", "--diff=a");
	REFUSE("--diff compares two files; what is c?", "--diff=a", "b", "c");
	REFUSE("--save means nothing with --diff", "--diff=a", "b", "--save=c");
}

static void changes_to_try(void **state)
{
	struct options o = ACCEPT("--what-if", "sysctl net.ipv4.ip_forward=1", "--what-if=ip link set a up", "a");

	assert_int_equal(o.n_what_ifs, 2);
	assert_string_equal(o.what_ifs[1], "ip link set a up");
	assert_true(o.no_probe);
	o = ACCEPT("--load=x", "--what-if=ip link set a up");
	assert_int_equal(o.n_what_ifs, 1);
	REFUSE("--what-if: \"reboot\": the model knows commands of sysctl, ip, bridge, nft and iptables, not reboot",
	       "--what-if=reboot", "a");
	REFUSE("--what-if asks the model alone, so it goes without --count, --watch, --pcap, --save and --fix",
	       "--what-if=ip link set a up", "--count=3", "a");
}

static void files_to_write(void **state)
{
	struct options o = ACCEPT("--pcap", "a.pcapng", "--html=b.html", "--svg", "c.svg", "a");

	assert_string_equal(o.pcap, "a.pcapng");
	assert_string_equal(o.html, "b.html");
	assert_string_equal(o.svg, "c.svg");
	ACCEPT("--no-probe", "--html", "x", "--svg", "y", "a");
	REFUSE("--no-probe captures nothing that --pcap could write", "--no-probe", "--pcap=x", "a");
	REFUSE("x is named twice: it can hold one of --pcap, --html, --svg and --save", "--svg=x", "--html=x",
	       "a");
	REFUSE("--pcap needs an argument: --pcap FILE", "--pcap", "", "a");
}

static void targets(void **state)
{
	char *argv[] = { (char *)"nsdoctor", NULL };
	struct options o;
	_cleanup_(freep) char *error = NULL;

	assert_int_equal(options_parse(1, argv, &o, &error), -EINVAL);
	assert_string_equal(error,
			    "SOURCE is missing: which namespace cannot reach something?");
	REFUSE("one SOURCE and one DESTINATION are enough; what is c?", "a", "b", "c");
	REFUSE("an empty word is no target", "");
	REFUSE("an empty word is no target", "a", "");
}

static void fix_asks_or_is_told_not_to(void **state)
{
	struct options o = ACCEPT("--fix", "--yes", "a");

	assert_true(o.fix && o.yes && !o.dry_run);
	o = ACCEPT("--fix", "--yes", "--json", "a");
	assert_true(o.fix && o.json);
	o = ACCEPT("-n", "a");
	assert_true(o.fix && o.dry_run && !o.yes);
	assert_true(ACCEPT("-nj", "a").fix);
	assert_true(ACCEPT("-n", "--no-probe", "a").fix);
	REFUSE("--yes is for --fix", "-y", "a");
	REFUSE("--fix with --json cannot ask: add --yes or --dry-run", "--fix", "--json", "a");
	REFUSE("--fix tries every repair with packets, which --no-probe forbids; --dry-run goes "
	       "with it",
	       "--fix", "--yes", "--no-probe", "a");
	/* standard input is no terminal here, see main */
	REFUSE("--fix asks, and there is no terminal: add --yes or --dry-run", "--fix", "a");
}

static void other_commands(void **state)
{
	struct options o = ACCEPT("--explain", "ip-forward-off");

	assert_int_equal(o.command, COMMAND_EXPLAIN);
	assert_string_equal(o.explain, "ip-forward-off");
	assert_int_equal(ACCEPT("--undo").command, COMMAND_UNDO);
	assert_int_equal(ACCEPT("-V").command, COMMAND_VERSION);
	assert_int_equal(ACCEPT("a", "-h").command, COMMAND_HELP);
	/* who asks for help gets it, whatever comes after */
	assert_int_equal(ACCEPT("--help", "--nonsense").command, COMMAND_HELP);
	REFUSE("--explain needs an argument: --explain CODE", "--explain");
	REFUSE("--explain asks no target", "--explain", "ip-forward-off", "a");
	REFUSE("--undo asks no target", "--undo", "a");
	REFUSE("--all, --list, --expect, --diff, --explain and --undo do not go together", "--explain", "x", "--undo");
	assert_int_equal(ACCEPT("--list", "--host-root", "/host").command, COMMAND_LIST);
	REFUSE("--list asks no target", "--list", "a");
	REFUSE("--openmetrics is for --all", "--openmetrics", "x", "a");
	REFUSE("--format is for --expect", "--format=tap", "a");
	REFUSE("--watch means nothing with --list", "--list", "--watch");
	REFUSE("--from means nothing with --all", "--all", "--from", "192.0.2.7");
	REFUSE("--json means nothing with --undo", "--undo", "--json");
}

static void expectations(void **state)
{
	struct options o = ACCEPT("--expect", "rules", "--count=3", "-i1", "--from=192.0.2.7");

	assert_int_equal(o.command, COMMAND_EXPECT);
	assert_string_equal(o.expect, "rules");
	assert_int_equal(ACCEPT("--expect=x", "--format", "junit").format, FORMAT_JUNIT);
	REFUSE("--format: \"xml\" is neither tap, junit nor json", "--expect=x", "--format=xml");
	REFUSE("--expect asks no target", "--expect", "rules", "a");
	REFUSE("--proto means nothing with --expect", "--expect=x", "--proto=icmp");
	REFUSE("--watch means nothing with --expect", "--expect=x", "--watch");
	REFUSE("--interval is the pace of --count or --watch", "--expect=x", "-i1");
	REFUSE("--count sends, which --no-probe forbids", "--expect=x", "-c3", "--no-probe");
	REFUSE("--expect only asks and compares: no --fix, --pcap, --html, --svg", "--expect=x", "-n");
}

static void all_of_them(void **state)
{
	struct options o = ACCEPT("--all", "--openmetrics", "/x.prom");

	assert_int_equal(o.command, COMMAND_ALL);
	assert_null(o.source);
	assert_null(o.destination);
	assert_string_equal(o.openmetrics, "/x.prom");
	o = ACCEPT("8.8.8.8:443", "--all");
	assert_null(o.source);
	assert_string_equal(o.destination, "8.8.8.8:443");
	REFUSE("--all asks for every source; what is b?", "--all", "a", "b");
	REFUSE("--fix repairs one source at a time, not --all", "--all", "--fix", "--yes");
	REFUSE("--fix repairs one source at a time, not --all", "--all", "-n");
	REFUSE("--all, --list, --expect, --diff, --explain and --undo do not go together", "--all", "--list");
}

static void help_shows_what_there_is(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	options_help(&b);
	assert_non_null(strstr(strbuf_str(&b), "usage: nsdoctor "));
	assert_non_null(strstr(strbuf_str(&b), "\n  -c, --count N "));
	assert_non_null(strstr(strbuf_str(&b), "\n      --explain CODE "));
	/* it fits a small terminal */
	for (const char *s = strbuf_str(&b); *s; s += strcspn(s, "\n") + 1)
		assert_in_range(strcspn(s, "\n"), 0, 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(targets_and_options_in_any_order),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(letters_together_and_values_glued),
		cmocka_unit_test(protocols),
		cmocka_unit_test(the_pace),
		cmocka_unit_test(count_is_a_small_number),
		cmocka_unit_test(timeout_is_a_sane_number),
		cmocka_unit_test(color),
		cmocka_unit_test(a_client_outside),
		cmocka_unit_test(redacted_files),
		cmocka_unit_test(unknown_options),
		cmocka_unit_test(a_saved_answer),
		cmocka_unit_test(changes_to_try),
		cmocka_unit_test(two_files),
		cmocka_unit_test(files_to_write),
		cmocka_unit_test(targets),
		cmocka_unit_test(fix_asks_or_is_told_not_to),
		cmocka_unit_test(other_commands),
		cmocka_unit_test(expectations),
		cmocka_unit_test(all_of_them),
		cmocka_unit_test(help_shows_what_there_is),
	};

	if (!freopen("/dev/null", "r", stdin))
		return 1;
	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
