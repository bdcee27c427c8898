/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nsdoctor - why can a network namespace not reach something, and what repairs it
 *
 * The command line in, the stages in their order (run.c, heal.c), the report
 * out, the exit status. The only place that prints.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "fix.h"
#include "heal.h"
#include "hostroot.h"
#include "netns.h"
#include "options.h"
#include "report.h"
#include "run.h"
#include "strbuf.h"

#define EXIT_USAGE   2
#define EXIT_UNKNOWN 3

static int print(const struct strbuf *b)
{
	if (fputs(strbuf_str(b), stdout) < 0 || fflush(stdout) != 0) {
		fprintf(stderr, "nsdoctor: cannot write to standard output: %s\n", strerror(errno));
		return -EIO;
	}
	return 0;
}

static int complain(char *error, int status)
{
	fprintf(stderr, "nsdoctor: %s\n", error ? error : "unknown error");
	free(error);
	return status;
}

static struct report_style style_of(const struct options *o)
{
	struct report_style s = { .ascii = o->ascii, .quiet = o->quiet, .verbose = o->verbose };
	const char *term = getenv("TERM"), *lang = getenv("LC_ALL");
	bool terminal = isatty(STDOUT_FILENO), dumb = !term || streq(term, "dumb");
	const char *no_color = getenv("NO_COLOR");
	struct winsize w;

	s.color = o->color == COLOR_ALWAYS ||
		  (o->color == COLOR_AUTO && terminal && !dumb && !(no_color && no_color[0]));
	if (!lang || !lang[0])
		lang = getenv("LC_CTYPE");
	if (!lang || !lang[0])
		lang = getenv("LANG");
	/* no locale is no promise that the reader knows UTF-8 */
	if (lang && (streq(lang, "C") || streq(lang, "POSIX")))
		s.ascii = true;
	if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0)
		s.width = w.ws_col;
	return s;
}

static int print_diagnosis(const struct diagnosis *d, const struct options *o)
{
	const struct report_style style = style_of(o);
	struct strbuf b = { 0 };
	int err;

	if (o->json)
		report_json(d, &b);
	else if (d->error)
		fprintf(stderr, "nsdoctor: %s\n", d->error);
	else
		report_text(d, &style, &b);
	err = print(&b);
	strbuf_done(&b);
	return err < 0 ? EXIT_UNKNOWN : verdict_exit(d->verdict);
}

/* A target that cannot be opened is an answer, too: unknown. */
static int refuse(const struct options *o, struct run *r, char *error)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = xcalloc(1, sizeof(*d));

	d->verdict = VERDICT_UNKNOWN;
	d->error = error;
	d->summary = xstrdup(error);
	d->mark_hop = MARK_NONE;
	d->source = (struct endpoint){ .name = xstrdup(r->source.text), .kind = "netns", .ns = -1 };
	d->destination = (struct endpoint){
		.name = r->destination.text ? xstrdup(r->destination.text) : NULL,
		.kind = "address",
		.ns = -1,
		.address = r->destination.addr,
		.port = r->destination.port,
	};
	return print_diagnosis(d, o);
}

static int diagnose_command(const struct options *o)
{
	struct run r = { .options = o, .source.fd = -1, .source.root = -1,
			 .destination.fd = -1, .destination.root = -1 };
	_cleanup_(diagnosis_freep) struct diagnosis *d = NULL;
	char *error = NULL;
	int err, status;

	err = target_parse_source(o->source, &r.source, &error);
	if (!err && o->destination)
		err = target_parse_destination(o->destination, &r.destination, &error);
	else if (!err)
		r.destination.kind = TARGET_DEFAULT;
	if (err) {
		status = complain(error, EXIT_USAGE);
		goto out;
	}
	err = target_open(&r.source, &error);
	if (!err && o->destination)
		err = target_open(&r.destination, &error);
	if (err) {
		status = refuse(o, &r, error);
		goto out;
	}
	if (r.destination.kind == TARGET_NAME)
		target_read_files(&r.source);
	r.progress = o->quiet ? NULL : progress_new(STDERR_FILENO);
	d = run_diagnosis(&r);
	if (o->fix)
		d = heal(&r, d);
	status = print_diagnosis(d, o);
	/* closing captures takes the kernel a while: nobody needs to wait for the answer meanwhile */
	run_close(&r);
	progress_free(r.progress);
out:
	target_done(&r.source);
	target_done(&r.destination);
	return status;
}

static int explain_command(const struct options *o)
{
	const struct report_style style = style_of(o);
	struct strbuf b = { 0 };
	int status = 0;

	if (report_explain(o->explain, &style, &b))
		status = print(&b) < 0 ? EXIT_UNKNOWN : 0;
	else
		status = complain(xstrdup(strbuf_str(&b)), EXIT_USAGE);
	strbuf_done(&b);
	return status;
}

static int undo_command(void)
{
	op_strings lines = { 0 };
	int err = fix_undo(&lines);
	int status = 0;

	vec_each(line, &lines)
		fprintf(err ? stderr : stdout, "%s\n", *line);
	if (err && lines.n == 0)
		status = complain(xasprintf("nothing was taken back: %s", strerror(-err)), EXIT_UNKNOWN);
	else if (err)
		status = EXIT_UNKNOWN;
	op_strings_free(&lines);
	return status;
}

/*
 * Another /proc and /run are those of another host than this container's: its
 * network namespace is that of its first process, and from now on ours.
 */
static int take_host_root(const struct options *o, char **ret_error)
{
	_cleanup_(freep) char *first = NULL;
	_cleanup_(closep) int fd = -1;
	int err;

	if (!o->host_root)
		return 0;
	err = hostroot_set(o->host_root);
	if (err < 0) {
		*ret_error = xasprintf("--host-root: %s: %s", o->host_root, strerror(-err));
		return err;
	}
	first = hostroot_path("/proc/1/ns/net");
	fd = netns_open(first);
	if (fd >= 0)
		netns_enter(fd);
	return 0;
}

int main(int argc, char **argv)
{
	struct options o;
	struct strbuf b = { 0 };
	char *error = NULL;
	int status = 0;

	signal(SIGPIPE, SIG_IGN);
	if (options_parse(argc, argv, &o, &error) < 0 || take_host_root(&o, &error) < 0)
		return complain(error, EXIT_USAGE);
	switch (o.command) {
	case COMMAND_DIAGNOSE:
		return diagnose_command(&o);
	case COMMAND_EXPLAIN:
		return explain_command(&o);
	case COMMAND_UNDO:
		return undo_command();
	case COMMAND_HELP:
		options_help(&b);
		break;
	case COMMAND_VERSION:
		strbuf_puts(&b, "nsdoctor " PACKAGE_VERSION "\n");
		break;
	}
	status = print(&b) < 0 ? EXIT_UNKNOWN : 0;
	strbuf_done(&b);
	return status;
}
