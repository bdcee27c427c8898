/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <errno.h>
#include <stddef.h>

#include "nearest.h"
#include "probe.h"
#include "strbuf.h"
#include "target.h"
#include "whatif.h"

#define TIMEOUT_DEFAULT 1.5
#define TIMEOUT_MIN     0.01
#define TIMEOUT_MAX     3600.0

/* What an option does with the field at its offset. */
enum option_kind {
	OPTION_SET,     /* bool: true */
	OPTION_COMMAND, /* enum command: value; const char *: its argument, where it has one */
	OPTION_WORD,    /* unsigned int: the index of one of the row's words */
	OPTION_PROTOS,
	OPTION_COUNT,
	OPTION_SECONDS,
	OPTION_FILE,    /* const char *: a path */
	OPTION_ADDR,    /* struct addr: of one machine */
	OPTION_CHANGE,  /* a command, more than one of which can be given */
};

struct option_row {
	char letter;            /* 0: none */
	const char *name;
	const char *arg;        /* what --help calls its argument; NULL: takes none */
	const char *help;
	enum option_kind kind;
	const char *const *words; /* what the argument can be, ended by a NULL; NULL: anything */
	unsigned int only;      /* commands that it means something to, bits; 0: all */
	bool anew;              /* it says how to ask, and --load does not ask */
	size_t offset;          /* of its field in struct options */
	int value;              /* OPTION_COMMAND: enum command */
};

#define FIELD(f) .offset = offsetof(struct options, f)
#define BIT(c)   (1u << COMMAND_##c)
#define ASKING   (BIT(DIAGNOSE) | BIT(ALL) | BIT(EXPECT))

static const char *const proto_words[] = {
	[PROTO_ICMP] = "icmp", [PROTO_TCP] = "tcp", [PROTO_UDP] = "udp", [PROTO_COUNT] = NULL,
};

static const char *const color_words[] = {
	[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never", NULL,
};

static const char *const format_words[] = {
	[FORMAT_TAP] = "tap", [FORMAT_JUNIT] = "junit", [FORMAT_JSON] = "json", NULL,
};

/* In the order of --help. */
static const struct option_row rows[] = {
	{ .letter = 'p', .name = "proto", .arg = "LIST", .kind = OPTION_PROTOS, .anew = true, FIELD(protos), .words = proto_words,
	  .only = BIT(DIAGNOSE) | BIT(ALL),
	  .help = "ask only by these protocols: icmp,tcp,udp" },
	{ .letter = 'c', .name = "count", .arg = "N", .kind = OPTION_COUNT, .anew = true, FIELD(count), .only = ASKING,
	  .help = "send N packets a probe (as few as will tell, at most 3)" },
	{ .letter = 'i', .name = "interval", .arg = "SEC", .kind = OPTION_SECONDS, .anew = true, FIELD(interval), .only = ASKING,
	  .help = "time between packets (0.1), or looks of --watch (1)" },
	{ .letter = 'w', .name = "watch", .kind = OPTION_SET, .anew = true, FIELD(watch), .only = BIT(DIAGNOSE),
	  .help = "ask again and again, and print what has changed" },
	{ .letter = 't', .name = "timeout", .arg = "SEC", .kind = OPTION_SECONDS, .anew = true, FIELD(timeout), .only = ASKING,
	  .help = "longest wait for an answer from outside (1.5)" },
	{ .letter = 'j', .name = "json", .kind = OPTION_SET, FIELD(json), .only = ASKING | BIT(LIST) | BIT(DIFF),
	  .help = "print one JSON object" },
	{ .name = "fix", .kind = OPTION_SET, FIELD(fix), .only = BIT(DIAGNOSE),
	  .help = "after the diagnosis repair, with consent, and try again" },
	{ .letter = 'y', .name = "yes", .kind = OPTION_SET, FIELD(yes), .only = BIT(DIAGNOSE),
	  .help = "with --fix: do not ask" },
	{ .letter = 'n', .name = "dry-run", .kind = OPTION_SET, FIELD(dry_run), .only = BIT(DIAGNOSE),
	  .help = "like --fix, but only say what would be done" },
	{ .name = "undo", .kind = OPTION_COMMAND, .value = COMMAND_UNDO,
	  .help = "take back what the last --fix changed" },
	{ .name = "explain", .arg = "CODE", .kind = OPTION_COMMAND, FIELD(explain), .value = COMMAND_EXPLAIN,
	  .help = "what a finding means, how it is proved, how it is fixed" },
	{ .name = "expect", .arg = "FILE", .kind = OPTION_COMMAND, FIELD(expect), .value = COMMAND_EXPECT,
	  .help = "hold this host against a file of expectations" },
	{ .name = "format", .arg = "FORMAT", .kind = OPTION_WORD, FIELD(format), .words = format_words, .only = BIT(EXPECT),
	  .help = "with --expect: tap, junit or json (tap)" },
	{ .name = "no-probe", .kind = OPTION_SET, FIELD(no_probe), .only = ASKING,
	  .help = "send nothing: judge by the configuration alone" },
	{ .name = "no-trace", .kind = OPTION_SET, .anew = true, FIELD(no_trace), .only = ASKING,
	  .help = "make no temporary nft tables" },
	{ .name = "list", .kind = OPTION_COMMAND, .value = COMMAND_LIST,
	  .help = "list the namespaces and containers of this host" },
	{ .name = "all", .kind = OPTION_COMMAND, .value = COMMAND_ALL,
	  .help = "ask for all of them, one line each" },
	{ .name = "openmetrics", .arg = "FILE", .kind = OPTION_FILE, FIELD(openmetrics), .only = BIT(ALL),
	  .help = "with --all: write metrics to FILE, too" },
	{ .name = "host-root", .arg = "DIR", .kind = OPTION_FILE, .anew = true, FIELD(host_root),
	  .help = "below which the host's /proc, /run, /var are (/)" },
	{ .name = "pcap", .arg = "FILE", .kind = OPTION_FILE, FIELD(pcap), .only = BIT(DIAGNOSE),
	  .help = "write the captured packets, with comments, as pcapng" },
	{ .name = "html", .arg = "FILE", .kind = OPTION_FILE, FIELD(html), .only = BIT(DIAGNOSE),
	  .help = "write a page to attach to a ticket" },
	{ .name = "svg", .arg = "FILE", .kind = OPTION_FILE, FIELD(svg), .only = BIT(DIAGNOSE),
	  .help = "write the path as a picture" },
	{ .name = "save", .arg = "FILE", .kind = OPTION_FILE, .anew = true, FIELD(save), .only = BIT(DIAGNOSE),
	  .help = "write all that was found out, for --load" },
	{ .name = "redact", .kind = OPTION_SET, FIELD(redact), .only = BIT(DIAGNOSE),
	  .help = "let --save write other names and addresses" },
	{ .name = "load", .arg = "FILE", .kind = OPTION_FILE, FIELD(load), .only = BIT(DIAGNOSE),
	  .help = "judge again what --save wrote, here or elsewhere" },
	{ .name = "diff", .arg = "OLD", .kind = OPTION_COMMAND, FIELD(diff), .value = COMMAND_DIFF,
	  .help = "what changed between two files of --save: OLD NEW" },
	{ .name = "what-if", .arg = "CHANGE", .kind = OPTION_CHANGE, .only = BIT(DIAGNOSE),
	  .help = "judge by the configuration, once CHANGE were made" },
	{ .name = "from", .arg = "ADDR", .kind = OPTION_ADDR, .anew = true, FIELD(from), .only = BIT(DIAGNOSE) | BIT(EXPECT),
	  .help = "the client's address with outside (one of documentation)" },
	{ .letter = 'q', .name = "quiet", .kind = OPTION_SET, FIELD(quiet),
	  .help = "print only the first line" },
	{ .letter = 'v', .name = "verbose", .kind = OPTION_SET, FIELD(verbose),
	  .help = "print also how it was found out" },
	{ .name = "color", .arg = "WHEN", .kind = OPTION_WORD, FIELD(color), .words = color_words,
	  .help = "auto, always or never" },
	{ .name = "ascii", .kind = OPTION_SET, FIELD(ascii),
	  .help = "print no other characters than ASCII" },
	{ .letter = 'V', .name = "version", .kind = OPTION_COMMAND, .value = COMMAND_VERSION,
	  .help = "print the version" },
	{ .letter = 'h', .name = "help", .kind = OPTION_COMMAND, .value = COMMAND_HELP,
	  .help = "print this" },
};

_Static_assert(ARRAY_SIZE(rows) <= 64, "struct options has a bit for each that is given");

/* --- errors: one sentence, in which a stranger's text cannot harm a terminal --- */

static int wrong(char **ret_error, struct strbuf *b)
{
	*ret_error = strbuf_take(b);
	return -EINVAL;
}

/* "BEFORE word AFTER" */
static int wrong_word(char **ret_error, const char *before, const char *word, const char *after)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, before);
	strbuf_visible(&b, word);
	strbuf_puts(&b, after);
	return wrong(ret_error, &b);
}

static int wrong_value(char **ret_error, const struct option_row *row, const char *value,
		       const char *why)
{
	struct strbuf b = { 0 };

	strbuf_printf(&b, "--%s: \"", row->name);
	strbuf_visible(&b, value);
	strbuf_printf(&b, "\" %s", why);
	return wrong(ret_error, &b);
}

static int wrong_usage(char **ret_error, const char *sentence)
{
	*ret_error = xstrdup(sentence);
	return -EINVAL;
}

/* The len characters at name are no option that could be taken. */
static int unknown_option(char **ret_error, const char *name, size_t len)
{
	_cleanup_(strbuf_done) struct strbuf word = { 0 };
	struct strbuf b = { 0 };
	words known = { 0 };

	strbuf_add(&word, name, len);
	strbuf_puts(&b, "there is no option --");
	strbuf_visible(&b, strbuf_str(&word));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		vec_push(&known, rows[i].name);
	nearest_hint(&b, "--", strbuf_str(&word), &known);
	vec_free(&known);
	return wrong(ret_error, &b);
}

/* --- values --- */

/* A number of digits only; false where it is none. What is too large stays too large. */
static bool parse_digits(const char *s, unsigned int *ret)
{
	unsigned int n = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		if (n < 100000000)
			n = n * 10 + (unsigned int)(*s - '0');
	}
	*ret = n;
	return true;
}

static int set_count(const struct option_row *row, const char *value, unsigned int *ret,
		     char **ret_error)
{
	unsigned int n;

	if (!parse_digits(value, &n))
		return wrong_value(ret_error, row, value, "is not a number of packets");
	if (n == 0)
		return wrong_value(ret_error, row, value, "packets tell nothing; 1 is the least");
	if (n > PROBE_ATTEMPTS) {
		_cleanup_(freep) char *why =
			xasprintf("packets are too many; %d are the most", PROBE_ATTEMPTS);

		return wrong_value(ret_error, row, value, why);
	}
	*ret = n;
	return 0;
}

static int set_seconds(const struct option_row *row, const char *value, double *ret,
		       char **ret_error)
{
	double seconds;

	/* strtod knows more kinds of numbers than a person may mean: hex, inf, nan */
	if (strspn(value, "0123456789.") != strlen(value) || strcspn(value, "0123456789") ==
	    strlen(value) || strchr(value, '.') != strrchr(value, '.'))
		return wrong_value(ret_error, row, value, "is not a number of seconds");
	seconds = strtod(value, NULL);
	if (seconds < TIMEOUT_MIN)
		return wrong_value(ret_error, row, value, "seconds are too few; 0.01 are the least");
	if (!(seconds <= TIMEOUT_MAX))
		return wrong_value(ret_error, row, value, "seconds are too many; 3600 are the most");
	*ret = seconds;
	return 0;
}

static bool word_is(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

static int set_protos(const struct option_row *row, const char *value, unsigned int *ret,
		      char **ret_error)
{
	unsigned int protos = 0;
	const char *s = value;

	for (;;) {
		size_t len = strcspn(s, ","), p = 0;

		while (p < PROTO_COUNT && !word_is(s, len, proto_words[p]))
			p++;
		if (p == PROTO_COUNT)
			return wrong_value(ret_error, row, value,
					   "is not a list of protocols such as icmp,tcp");
		protos |= 1u << p;
		if (!s[len])
			break;
		s += len + 1;
	}
	*ret = protos;
	return 0;
}

/* "is neither auto, always nor never" */
static int no_such_word(const struct option_row *row, const char *value, char **ret_error)
{
	_cleanup_(strbuf_done) struct strbuf why = { 0 };

	strbuf_puts(&why, "is neither ");
	for (size_t i = 0; row->words[i]; i++)
		strbuf_printf(&why, "%s%s", !i ? "" : row->words[i + 1] ? ", " : " nor ", row->words[i]);
	return wrong_value(ret_error, row, value, strbuf_str(&why));
}

/* Which of the row's words it is. */
static int set_word(const struct option_row *row, const char *value, unsigned int *ret,
		    char **ret_error)
{
	for (unsigned int i = 0; row->words[i]; i++) {
		if (!streq(value, row->words[i]))
			continue;
		*ret = i;
		return 0;
	}
	return no_such_word(row, value, ret_error);
}

static int set_addr(const struct option_row *row, const char *value, struct addr *ret,
		    char **ret_error)
{
	struct addr a;

	if (addr_parse(value, &a) < 0)
		return wrong_value(ret_error, row, value, "is no address");
	if (!addr_is_unicast(&a) || addr_is_loopback(&a) || addr_is_linklocal(&a))
		return wrong_value(ret_error, row, value, "is no address that a client can have");
	*ret = a;
	return 0;
}

static int add_change(struct options *o, const char *value, char **ret_error)
{
	if (o->n_what_ifs == WHAT_IFS_MAX) {
		*ret_error = xasprintf("--what-if takes %d changes at most", WHAT_IFS_MAX);
		return -EINVAL;
	}
	o->what_ifs[o->n_what_ifs++] = value;
	return whatif_check(value, ret_error);
}

static int set_command(struct options *o, enum command command, char **ret_error)
{
	bool taken = o->command != COMMAND_DIAGNOSE;

	if (taken && o->command != command && command != COMMAND_HELP && command != COMMAND_VERSION)
		return wrong_usage(ret_error, "--all, --list, --expect, --diff, --explain and --undo do not go together");
	o->command = command;
	return 0;
}

/* value is NULL exactly where the row has no argument. */
static int set_option(struct options *o, const struct option_row *row, const char *value,
		      char **ret_error)
{
	void *field = (char *)o + row->offset;

	o->given |= UINT64_C(1) << (row - rows);
	switch (row->kind) {
	case OPTION_SET:
		*(bool *)field = true;
		return 0;
	case OPTION_COMMAND:
		if (row->arg)
			*(const char **)field = value;
		return set_command(o, (enum command)row->value, ret_error);
	case OPTION_PROTOS:
		return set_protos(row, value, field, ret_error);
	case OPTION_COUNT:
		return set_count(row, value, field, ret_error);
	case OPTION_SECONDS:
		return set_seconds(row, value, field, ret_error);
	case OPTION_WORD:
		return set_word(row, value, field, ret_error);
	case OPTION_FILE:
		*(const char **)field = value;
		return 0;
	case OPTION_CHANGE:
		return add_change(o, value, ret_error);
	case OPTION_ADDR:
		return set_addr(row, value, field, ret_error);
	}
	return -EINVAL;
}

/* --- words --- */

struct args {
	int argc, i;
	char **argv;
};

static const char *next_arg(struct args *a)
{
	return a->i < a->argc ? a->argv[a->i++] : NULL;
}

static const struct option_row *find_long(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (word_is(name, len, rows[i].name))
			return &rows[i];
	return NULL;
}

static const struct option_row *find_short(char c)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (c && rows[i].letter == c)
			return &rows[i];
	return NULL;
}

/* The value of an option: glued to it, or the next word. */
static int take_value(const struct option_row *row, const char *glued, struct args *a,
		      const char **ret_value, char **ret_error)
{
	const char *value = glued ? glued : next_arg(a);

	if (!value || !*value) {
		*ret_error = xasprintf("--%s needs an argument: --%s %s", row->name,
				       row->name, row->arg);
		return -EINVAL;
	}
	*ret_value = value;
	return 0;
}

/* "--name", "--name=value", "--name value" */
static int parse_long(struct options *o, const char *word, struct args *a, char **ret_error)
{
	const char *name = word + 2, *value = NULL;
	size_t len = strcspn(name, "=");
	const char *glued = name[len] ? name + len + 1 : NULL;
	const struct option_row *row = find_long(name, len);
	int r;

	if (!row)
		return unknown_option(ret_error, name, len);
	if (row->arg) {
		r = take_value(row, glued, a, &value, ret_error);
		if (r < 0)
			return r;
	} else if (glued) {
		return wrong_word(ret_error, "--", row->name, " takes no argument");
	}
	return set_option(o, row, value, ret_error);
}

/* "-j", "-jv", "-c3", "-c 3" */
static int parse_short(struct options *o, const char *word, struct args *a, char **ret_error)
{
	for (const char *s = word + 1; *s; s++) {
		const struct option_row *row = find_short(*s);
		const char *value = NULL;
		int r;

		if (!row)
			return wrong_word(ret_error, "there is no such option in ", word, "");
		if (row->arg) {
			r = take_value(row, s[1] ? s + 1 : NULL, a, &value, ret_error);
			if (r < 0)
				return r;
		}
		r = set_option(o, row, value, ret_error);
		if (r < 0 || row->arg)
			return r;
	}
	return 0;
}

static int parse_operand(struct options *o, const char *word, char **ret_error)
{
	if (!*word)
		return wrong_usage(ret_error, "an empty word is no target");
	if (!o->source)
		o->source = word;
	else if (!o->destination)
		o->destination = word;
	else
		return wrong_word(ret_error, "one SOURCE and one DESTINATION are enough; what is ",
				  word, "?");
	return 0;
}

/* --- what must hold between options --- */

/* What the port of the destination needs in --proto: bits of enum proto, 0 without a port. */
static bool needed_protos(const struct options *o, unsigned int *ret)
{
	struct target t = { .fd = -1, .root = -1 };
	_cleanup_(freep) char *error = NULL;

	if (target_parse_destination(o->destination, &t, &error) < 0)
		return false;
	*ret = !t.port ? 0 : t.has_proto ? 1u << t.proto : 1u << PROTO_TCP | 1u << PROTO_UDP;
	target_done(&t);
	return true;
}

static int check_protos(const struct options *o, char **ret_error)
{
	unsigned int needed = 0;

	if (!o->protos)
		return 0;
	/* a DESTINATION that cannot be read says so itself, later */
	if (o->destination && !needed_protos(o, &needed))
		return 0;
	if (!needed && o->protos & (1u << PROTO_UDP))
		return wrong_usage(ret_error, "udp needs a port: DESTINATION:PORT");
	if (needed && !(o->protos & needed))
		return wrong_word(ret_error, "the port of ", o->destination,
				  needed == 1u << PROTO_UDP ? " needs udp in --proto" :
				  needed == 1u << PROTO_TCP ? " needs tcp in --proto" :
							      " needs tcp or udp in --proto");
	return 0;
}

static int check_fix(const struct options *o, char **ret_error)
{
	if (o->yes && !o->fix)
		return wrong_usage(ret_error, "--yes is for --fix");
	if (!o->fix || o->dry_run)
		return 0;
	if (o->no_probe)
		return wrong_usage(ret_error, "--fix tries every repair with packets, which "
					      "--no-probe forbids; --dry-run goes with it");
	if (o->json && !o->yes)
		return wrong_usage(ret_error, "--fix with --json cannot ask: add --yes or --dry-run");
	if (!o->yes && !isatty(STDIN_FILENO))
		return wrong_usage(ret_error, "--fix asks, and there is no terminal: "
					      "add --yes or --dry-run");
	return 0;
}

/* What is written at the end must be possible at the beginning, and each in a file of its own. */
static int check_files(const struct options *o, char **ret_error)
{
	const char *const files[] = { o->pcap, o->html, o->svg, o->save };

	if (o->pcap && o->no_probe)
		return wrong_usage(ret_error, "--no-probe captures nothing that --pcap could write");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		for (size_t k = 0; k < i; k++)
			if (files[i] && files[k] && streq(files[i], files[k]))
				return wrong_word(ret_error, "", files[i], " is named twice: it can hold "
						  "one of --pcap, --html, --svg and --save");
	return 0;
}

static int check_pace(const struct options *o, char **ret_error)
{
	if (o->interval > 0 && !o->count && !o->watch)
		return wrong_usage(ret_error, "--interval is the pace of --count or --watch");
	if (o->watch && o->fix)
		return wrong_usage(ret_error, "--watch only looks: it does not go with --fix");
	if ((o->count || o->watch) && o->no_probe)
		return wrong_usage(ret_error, o->count ? "--count sends, which --no-probe forbids" :
							 "--watch sends, which --no-probe forbids");
	return 0;
}

/* The model is asked, and not the world. */
static int check_what_if(struct options *o, char **ret_error)
{
	if (!o->n_what_ifs)
		return 0;
	if (o->count || o->watch || o->pcap || o->save || (o->fix && !o->dry_run))
		return wrong_usage(ret_error, "--what-if asks the model alone, so it goes without --count, "
					      "--watch, --pcap, --save and --fix");
	o->no_probe = true;
	return 0;
}

/* A question of another day is not asked again, but judged. */
static int check_load(const struct options *o, char **ret_error)
{
	if (o->source)
		return wrong_word(ret_error, "--load answers what was asked then; what is ", o->source, "?");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (o->given >> i & 1 && rows[i].anew)
			return wrong_word(ret_error, "--", rows[i].name, " says how to ask, and --load does "
									 "not ask anew");
	if (o->fix && !o->dry_run)
		return wrong_usage(ret_error, "--load is about another time or host, which --fix cannot "
					      "repair; --dry-run goes with it");
	if (check_fix(o, ret_error) < 0)
		return -EINVAL;
	return check_files(o, ret_error);
}

static int check_save(const struct options *o, char **ret_error)
{
	if (o->save && o->watch)
		return wrong_usage(ret_error, "--save writes one answer, and --watch has many");
	if (o->save && o->fix && !o->dry_run)
		return wrong_usage(ret_error, "--save writes what is found, and --fix changes it: "
					      "save first, then repair");
	return 0;
}

static int check_diagnose(struct options *o, char **ret_error)
{
	int r;

	if (o->dry_run)
		o->fix = true;
	if (o->redact && !o->save)
		return wrong_usage(ret_error, "--redact says how --save writes, and --save is missing");
	if (check_what_if(o, ret_error) < 0)
		return -EINVAL;
	if (o->load)
		return check_load(o, ret_error);
	if (!o->source)
		return wrong_usage(ret_error, "SOURCE is missing: which namespace cannot "
					      "reach something?");
	if (streq(o->source, "outside") && !o->destination)
		return wrong_usage(ret_error, "from outside, a DESTINATION must be named: who is asked?");
	if (addr_is_set(&o->from) && !streq(o->source, "outside"))
		return wrong_usage(ret_error, "--from is the client's address where SOURCE is outside");
	r = check_protos(o, ret_error);
	if (!r)
		r = check_save(o, ret_error);
	if (!r)
		r = check_pace(o, ret_error);
	if (!r)
		r = check_fix(o, ret_error);
	return r < 0 ? r : check_files(o, ret_error);
}

/* --all takes a DESTINATION only, which was read as a SOURCE. */
static int check_all(struct options *o, char **ret_error)
{
	if (o->destination)
		return wrong_word(ret_error, "--all asks for every source; what is ", o->destination, "?");
	o->destination = o->source;
	o->source = NULL;
	if (o->fix || o->dry_run || o->yes)
		return wrong_usage(ret_error, "--fix repairs one source at a time, not --all");
	if (o->pcap || o->html || o->svg)
		return wrong_usage(ret_error, "--pcap, --html and --svg are for one source, not for --all");
	if (o->watch)
		return wrong_usage(ret_error, "--watch is for one source, not for --all");
	if (check_pace(o, ret_error) < 0)
		return -EINVAL;
	return check_protos(o, ret_error);
}

/* The targets stand in the file. */
static int check_expect(const struct options *o, char **ret_error)
{
	if (o->fix || o->dry_run || o->yes || o->pcap || o->html || o->svg)
		return wrong_usage(ret_error, "--expect only asks and compares: no --fix, --pcap, --html, --svg");
	return check_pace(o, ret_error);
}

/* NEW was read as a SOURCE. */
static int check_diff(const struct options *o, char **ret_error)
{
	if (!o->source)
		return wrong_usage(ret_error, "--diff compares two files of --save, and NEW is missing: --diff OLD NEW");
	if (o->destination)
		return wrong_word(ret_error, "--diff compares two files; what is ", o->destination, "?");
	return 0;
}

static const char *const command_names[] = {
	[COMMAND_ALL] = "--all",
	[COMMAND_UNDO] = "--undo",
	[COMMAND_LIST] = "--list",
	[COMMAND_EXPECT] = "--expect",
	[COMMAND_DIFF] = "--diff",
	[COMMAND_EXPLAIN] = "--explain",
};

/* What somebody wrote should mean something. */
static int check_given(const struct options *o, char **ret_error)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct option_row *row = &rows[i];

		if (!(o->given >> i & 1) || !row->only || row->only & 1u << o->command)
			continue;
		*ret_error = row->only == BIT(ALL)    ? xasprintf("--%s is for --all", row->name) :
			     row->only == BIT(EXPECT) ? xasprintf("--%s is for --expect", row->name) :
							xasprintf("--%s means nothing with %s", row->name,
								  command_names[o->command]);
		return -EINVAL;
	}
	return 0;
}

static int check(struct options *o, char **ret_error)
{
	int r = 0;

	if (o->command == COMMAND_DIAGNOSE)
		r = check_diagnose(o, ret_error);
	else if (o->command == COMMAND_ALL)
		r = check_all(o, ret_error);
	else if (o->command == COMMAND_DIFF)
		r = check_diff(o, ret_error);
	else if (o->source)
		r = wrong_word(ret_error, command_names[o->command], "", " asks no target");
	else if (o->command == COMMAND_EXPECT)
		r = check_expect(o, ret_error);
	return r < 0 ? r : check_given(o, ret_error);
}

int options_parse(int argc, char **argv, struct options *ret, char **ret_error)
{
	struct options o = { .timeout = TIMEOUT_DEFAULT };
	struct args a = { .argc = argc, .argv = argv, .i = 1 };
	bool operands_only = false;
	const char *word;
	int r;

	while ((word = next_arg(&a))) {
		if (operands_only || word[0] != '-' || !word[1])
			r = parse_operand(&o, word, ret_error);
		else if (streq(word, "--"))
			operands_only = true, r = 0;
		else if (word[1] == '-')
			r = parse_long(&o, word, &a, ret_error);
		else
			r = parse_short(&o, word, &a, ret_error);
		if (r < 0)
			return r;
		/* nothing else matters to somebody who asks for help */
		if (o.command == COMMAND_HELP || o.command == COMMAND_VERSION) {
			*ret = o;
			return 0;
		}
	}
	r = check(&o, ret_error);
	if (r < 0)
		return r;
	*ret = o;
	return 0;
}

bool options_about(size_t i, struct option_about *ret)
{
	if (i >= ARRAY_SIZE(rows))
		return false;
	*ret = (struct option_about){ .letter = rows[i].letter,
				      .name = rows[i].name,
				      .arg = rows[i].arg,
				      .help = rows[i].help,
				      .words = rows[i].words };
	return true;
}

static void help_row(const struct option_row *row, struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf left = { 0 };

	if (row->letter)
		strbuf_printf(&left, "-%c, ", row->letter);
	else
		strbuf_puts(&left, "    ");
	strbuf_printf(&left, "--%s", row->name);
	if (row->arg)
		strbuf_printf(&left, " %s", row->arg);
	strbuf_printf(b, "  %-20s  %s\n", strbuf_str(&left), row->help);
}

void options_help(struct strbuf *b)
{
	strbuf_puts(b, "usage: nsdoctor [OPTION]... SOURCE [DESTINATION]\n"
		       "       nsdoctor --load FILE\n"
		       "       nsdoctor --diff OLD NEW\n"
		       "       nsdoctor --expect FILE\n"
		       "       nsdoctor --all [DESTINATION]\n"
		       "       nsdoctor --list\n"
		       "       nsdoctor --explain CODE\n"
		       "       nsdoctor --undo\n"
		       "\n"
		       "Says why a network namespace cannot reach something, and what repairs it.\n"
		       "\n"
		       "  SOURCE       a name of \"ip netns\" or of a container (also docker:NAME,\n"
		       "               podman:, lxc:, machine:, cri:), /run/netns/NAME, pid:PID, host;\n"
		       "               outside: a client beyond the uplink, who asks this host\n"
		       "  DESTINATION  an address, a host name or another namespace, also with a\n"
		       "               port (8.8.8.8:443); without it: the way out of SOURCE\n"
		       "\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		help_row(&rows[i], b);
	strbuf_puts(b, "\n"
		       "Exit status: 0 reachable, 1 degraded or unreachable, 2 wrong usage,\n"
		       "3 it could not be told. nsdoctor(8) says it all.\n");
}
