/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nsdoctor - why can a network namespace not reach something, and what repairs it
 *
 * The command line in, the stages in their order (run.c, heal.c), the report
 * out, the exit status. The only place that prints.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>

#include "all.h"
#include "diff.h"
#include "dropwatch.h"
#include "fix.h"
#include "heal.h"
#include "hold.h"
#include "hostroot.h"
#include "list.h"
#include "netns.h"
#include "options.h"
#include "outfile.h"
#include "privilege.h"
#include "redact.h"
#include "report.h"
#include "report/all.h"
#include "report/html.h"
#include "report/pcapng.h"
#include "report/svg.h"
#include "replay.h"
#include "run.h"
#include "strbuf.h"
#include "watch.h"

#define EXIT_USAGE   2
#define EXIT_UNKNOWN 3

#define WATCH_INTERVAL 1.0

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

/* --- the files that were asked for --- */

static int file_error(const char *option, const char *path, int err)
{
	struct strbuf b = { 0 };

	strbuf_printf(&b, "--%s: ", option);
	strbuf_visible(&b, path);
	strbuf_printf(&b, ": %s", err == -EEXIST ? "that is no plain file, and stays" : strerror(-err));
	return complain(strbuf_take(&b), EXIT_UNKNOWN);
}

static void write_html(const struct diagnosis *d, struct strbuf *b)
{
	char host[256] = "";
	struct html_about about = { .when = d->taken_us ? (time_t)(d->taken_us / 1000000) : time(NULL) };

	if (d->taken_us)
		about.host = d->taken_on;
	else if (gethostname(host, sizeof(host) - 1) == 0 && host[0])
		about.host = host;
	report_html(d, &about, b);
}

static void write_saved(const struct diagnosis *d, struct strbuf *b)
{
	strbuf_add(b, strbuf_str(&d->saved), d->saved.n);
}

struct file {
	const char *option, *path; /* path NULL: not asked for */
	void (*write)(const struct diagnosis *d, struct strbuf *b);
};

#define FILES 4

static void files_of(const struct options *o, struct file ret[FILES])
{
	ret[0] = (struct file){ "pcap", o->pcap, report_pcapng };
	ret[1] = (struct file){ "html", o->html, write_html };
	ret[2] = (struct file){ "svg", o->svg, report_svg };
	ret[3] = (struct file){ "save", o->save, write_saved };
}

/* Better now than when the question has been asked. 0, or the exit status. */
static int check_files(const struct options *o)
{
	struct file files[FILES];

	files_of(o, files);
	for (size_t i = 0; i < FILES; i++) {
		int err = files[i].path ? outfile_check(files[i].path) : 0;

		if (err < 0) {
			file_error(files[i].option, files[i].path, err);
			return EXIT_USAGE;
		}
	}
	return 0;
}

/* 0, or the exit status. */
static int write_files(const struct diagnosis *d, const struct options *o)
{
	struct file files[FILES];
	int status = 0;

	files_of(o, files);
	for (size_t i = 0; i < FILES; i++) {
		struct strbuf b = { 0 };
		int err = 0;

		if (files[i].write == write_saved && !d->saved.n) {
			/* without an answer there is nothing to be saved, and why is said already */
			err = files[i].path ? d->save_error : 0;
		} else if (files[i].path) {
			files[i].write(d, &b);
			err = outfile_write(files[i].path, strbuf_str(&b), b.n, 0600);
		}
		if (err < 0)
			status = file_error(files[i].option, files[i].path, err);
		strbuf_done(&b);
	}
	return status;
}

static int print_diagnosis(const struct diagnosis *d, const struct options *o)
{
	const struct report_style style = style_of(o);
	struct strbuf b = { 0 };
	int err, status = write_files(d, o);

	if (o->json)
		report_json(d, &b);
	else if (d->error)
		fprintf(stderr, "nsdoctor: %s\n", d->error);
	else
		report_text(d, &style, &b);
	err = print(&b);
	strbuf_done(&b);
	if (err < 0)
		return EXIT_UNKNOWN;
	return status ? status : verdict_exit(d->verdict);
}

/* Are files made when the targets are open? */
static bool writes(const struct options *o)
{
	return (o->fix && !o->dry_run) || o->pcap || o->html || o->svg || o->save;
}

/* --redact: 0, or the exit status; then nothing is saved, and that is said. */
static int redact(struct diagnosis *d, const struct options *o)
{
	_cleanup_(freep) char *error = NULL;
	struct strbuf b = { 0 };

	if (!o->redact || !d->saved.n || redact_file(&d->saved, &error) == 0)
		return 0;
	strbuf_done(&d->saved);
	strbuf_puts(&b, "--redact: nothing is saved: ");
	strbuf_visible(&b, error);
	return complain(strbuf_take(&b), EXIT_UNKNOWN);
}

/* Who asks the kernel why it drops packets; NULL where that could not be (listen.h). */
static struct dropwatch *drops_of(const struct run *r)
{
	return r->options->no_probe ? NULL : dropwatch_start();
}

static int diagnose_command(const struct options *o)
{
	struct run r = { .options = o };
	_cleanup_(diagnosis_freep) struct diagnosis *d = NULL;
	char *error = NULL;
	int err, status = check_files(o);

	if (status)
		return status;
	err = run_open(&r, o->source, o->destination, &error);
	if (err == -EINVAL) {
		status = complain(error, EXIT_USAGE);
	} else if (err) {
		d = run_refused(&r, error);
		status = print_diagnosis(d, o);
	} else {
		r.drops = drops_of(&r);
		privilege_drop(writes(o));
		r.progress = o->quiet ? NULL : progress_new(STDERR_FILENO);
		d = run_diagnosis(&r);
		if (o->fix)
			d = heal(&r, d);
		status = redact(d, o);
		err = print_diagnosis(d, o);
		status = status ? status : err;
	}
	/* closing captures takes the kernel a while: nobody needs to wait for the answer meanwhile */
	run_done(&r);
	dropwatch_end(r.drops);
	progress_free(r.progress);
	return status;
}

/* --- --load --- */

/* A file that cannot be read is an answer, too: unknown. */
static struct diagnosis *refuse_load(const char *option, const char *path, char *error)
{
	/* of what the question was nothing is known */
	const struct run none = { .source.kind = TARGET_NETNS, .destination.kind = TARGET_ADDRESS };
	_cleanup_(freep) char *why = error;
	struct strbuf b = { 0 };

	strbuf_printf(&b, "--%s: ", option);
	strbuf_visible(&b, path);
	strbuf_printf(&b, ": %s", why);
	return run_refused(&none, strbuf_take(&b));
}

/* A file's bytes, which may be anybody's. Without any: error is set. */
struct loaded {
	const char *path;
	char *bytes, *error;
	size_t n;
};

static struct loaded read_loaded(const char *path)
{
	struct loaded l = { .path = path };
	int err = read_input(path, SAVE_MAX, &l.bytes, &l.n);

	if (err < 0)
		l.error = xstrdup(err == -EFBIG ? "it is larger than a file of --save can be" : strerror(-err));
	return l;
}

/* Uses up what was read. */
static struct diagnosis *judge_loaded(const char *option, struct loaded *l, const struct options *o)
{
	_cleanup_(freep) char *bytes = l->bytes;
	struct saved saved;

	if (l->error)
		return refuse_load(option, l->path, l->error);
	if (save_parse(bytes, l->n, &saved, &l->error) < 0) {
		replay_forget(&saved);
		return refuse_load(option, l->path, l->error);
	}
	return replay(&saved, o);
}

static int load_command(const struct options *o)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = NULL;
	struct run none = { .options = o };
	struct loaded file;
	int status = check_files(o);

	if (status)
		return status;
	file = read_loaded(o->load);
	privilege_drop_all(writes(o));
	d = judge_loaded("load", &file, o);
	if (o->fix)
		d = heal(&none, d);
	return print_diagnosis(d, o);
}

/* --- --diff --- */

static int diff_command(const struct options *o)
{
	struct loaded files[] = { read_loaded(o->diff), read_loaded(o->source) };
	_cleanup_(diagnosis_freep) struct diagnosis *before = NULL, *after = NULL;
	diff_changes changes = { 0 };
	struct strbuf b = { 0 };
	const char *error;
	int status = 0;

	privilege_drop_all(false);
	before = judge_loaded("diff", &files[0], o);
	after = judge_loaded("diff", &files[1], o);
	error = !before->snapshot ? before->error : !after->snapshot ? after->error : NULL;
	if (error)
		status = complain(xstrdup(error), EXIT_UNKNOWN);
	else
		diff_find(before, after, &changes);
	if (o->json)
		diff_json(before, after, error, &changes, &b);
	else if (!error)
		diff_text(before, after, &changes, &b);
	if (!error)
		status = changes.n || before->verdict != after->verdict;
	if (print(&b) < 0)
		status = EXIT_UNKNOWN;
	strbuf_done(&b);
	diff_free(&changes);
	return status;
}

/* --- --watch --- */

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* SIGINT and SIGTERM come while it waits only, so that nothing is left half done. */
static sigset_t catch_signals(void)
{
	const struct sigaction action = { .sa_handler = stop };
	sigset_t block, before;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &block, &before);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigdelset(&before, SIGINT);
	sigdelset(&before, SIGTERM);
	return before;
}

static void wait_for_next(const struct options *o, const sigset_t *while_waiting)
{
	double seconds = o->interval > 0 ? o->interval : WATCH_INTERVAL;
	const struct timespec ts = { (time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9) };

	if (!stopped)
		ppoll(NULL, 0, &ts, while_waiting);
}

/* When it was, before the text that people read. */
static void print_time(const struct options *o)
{
	char text[32];
	time_t now = time(NULL);
	struct tm tm;

	if (!o->json && localtime_r(&now, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		printf("%s\n", text);
}

/* One look. A namespace may come and go: what cannot be opened is an answer, too. */
static struct diagnosis *look_once(struct run *r)
{
	char *error = NULL;

	if (run_open(r, r->options->source, r->options->destination, &error) < 0)
		return run_refused(r, error);
	return run_diagnosis(r);
}

static int watch_command(const struct options *o)
{
	const sigset_t while_waiting = catch_signals();
	_cleanup_(freep) char *before = NULL;
	struct run first = { .options = o };
	_cleanup_(freep) char *error = NULL;
	struct dropwatch *drops = NULL;
	int err, status = check_files(o);

	if (status)
		return status;
	err = run_open(&first, o->source, o->destination, &error);
	drops = err == -EINVAL ? NULL : drops_of(&first);
	run_done(&first);
	if (err == -EINVAL)
		return complain(xstrdup(error), EXIT_USAGE);
	privilege_drop(writes(o));
	while (!stopped) {
		struct run r = { .options = o, .drops = drops };
		_cleanup_(diagnosis_freep) struct diagnosis *d = NULL;
		char *now;

		r.stop = &stopped;
		r.while_waiting = &while_waiting;
		d = look_once(&r);
		run_close(&r);
		now = watch_digest(d);
		if (!stopped && (!before || !streq(before, now))) {
			print_time(o);
			status = print_diagnosis(d, o);
		}
		free(before);
		before = now;
		run_done(&r);
		if (ferror(stdout)) {
			status = EXIT_UNKNOWN;
			break;
		}
		wait_for_next(o, &while_waiting);
	}
	dropwatch_end(drops);
	return status;
}

/* --- --expect --- */

static int read_expectations(const char *path, expectations *ret)
{
	_cleanup_(freep) char *text = NULL;
	char *error = NULL;
	struct strbuf b = { 0 };
	int err = hold_read(path, &text);

	if (err == 0 && expect_parse(text, ret, &error) == 0)
		return 0;
	strbuf_puts(&b, "--expect: ");
	strbuf_visible(&b, path);
	strbuf_printf(&b, ": %s", error ? error : strerror(-err));
	free(error);
	complain(strbuf_take(&b), EXIT_USAGE);
	return EXIT_USAGE;
}

/* A surprise counts for more than what could not be told. */
static int expect_exit(const expectations *es)
{
	int status = 0;

	vec_each(e, es) {
		enum expect_outcome outcome = expect_judge(e);

		if (outcome == EXPECT_SURPRISE)
			return 1;
		if (outcome == EXPECT_UNKNOWN)
			status = EXIT_UNKNOWN;
	}
	return status;
}

static int expect_command(const struct options *o)
{
	struct progress *progress;
	expectations es = { 0 };
	struct strbuf b = { 0 };
	int status = read_expectations(o->expect, &es);

	if (status)
		return status;
	privilege_drop(false);
	progress = o->quiet ? NULL : progress_new(STDERR_FILENO);
	hold_ask(&es, o, progress);
	progress_free(progress);
	if (o->json || o->format == FORMAT_JSON)
		expect_json(&es, &b);
	else if (o->format == FORMAT_JUNIT)
		expect_junit(&es, &b);
	else
		expect_tap(&es, &b);
	status = print(&b) < 0 ? EXIT_UNKNOWN : expect_exit(&es);
	strbuf_done(&b);
	expectations_free(&es);
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

/* Each namespace is an open file. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int list_command(const struct options *o)
{
	struct listing l = { 0 };
	struct strbuf b = { 0 };
	char *error = NULL;
	int status;

	allow_many_files();
	if (listing_read(&l, &error) < 0)
		return complain(error, EXIT_UNKNOWN);
	if (o->json)
		listing_json(&l, &b);
	else
		listing_text(&l, &b);
	status = print(&b) < 0 ? EXIT_UNKNOWN : 0;
	strbuf_done(&b);
	listing_free(&l);
	return status;
}

/* --- --all --- */

/* What is kept of the answers until all are there. */
struct collected {
	const struct options *o;
	metric_rows rows;
	op_strings lines;
	struct strbuf json;
	size_t done;
	struct progress *progress;
};

static void take_answer(void *ctx, size_t i, const struct diagnosis *d)
{
	struct collected *c = ctx;
	const struct finding *cause = diagnosis_cause(d);
	struct metric_row *row = &c->rows.v[i];

	row->verdict = d->verdict;
	row->code = cause ? xstrdup(cause->code) : NULL;
	row->dir = cause ? cause->dir : DIR_REQUEST;
	row->rtt_us = d->probes.n && d->probes.v[0].answered ? d->probes.v[0].rtt_us : -1;
	c->lines.v[i] = xstrdup(cause && cause->message ? cause->message :
				d->error                ? d->error :
				d->verdict == VERDICT_REACHABLE || !d->summary ? "" : d->summary);
	if (c->o->json)
		report_json(d, &c->json);
	c->done++;
	progress_say(c->progress, "%zu of %zu are answered", c->done, c->rows.n);
}

static enum verdict worst_of(const metric_rows *rows)
{
	enum verdict worst = VERDICT_REACHABLE;

	vec_each(row, rows)
		worst = all_worse(worst, row->verdict);
	return worst;
}

/* For a collector, who is another user. 0, or the exit status. */
static int write_metrics(const struct collected *c, double seconds)
{
	const struct options *o = c->o;
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	int err;

	if (!o->openmetrics)
		return 0;
	metrics_text(&c->rows, o->destination, seconds, wall_us(), &b);
	err = outfile_write(o->openmetrics, strbuf_str(&b), b.n, 0644);
	return err < 0 ? file_error("openmetrics", o->openmetrics, err) : 0;
}

/* Asked and answered: prints, and writes the metrics. */
static int print_all(const struct all *a, struct collected *c, uint64_t started)
{
	const struct options *o = c->o;
	const struct report_style style = style_of(o);
	double seconds = (double)(now_us() - started) / 1e6;
	struct strbuf b = { 0 };
	int err, status;

	progress_stop(c->progress);
	if (!o->json)
		report_all(&c->rows, &c->lines, a->isolated, seconds, &style, &b);
	err = print(o->json ? &c->json : &b);
	strbuf_done(&b);
	status = write_metrics(c, seconds);
	if (err < 0)
		return EXIT_UNKNOWN;
	return status ? status : verdict_exit(worst_of(&c->rows));
}

static int all_command(const struct options *o)
{
	struct all a = { .options = o };
	struct collected c = { .o = o };
	uint64_t started = now_us();
	char *error = NULL;
	int err = o->openmetrics ? outfile_check(o->openmetrics) : 0, status;

	if (err < 0) {
		file_error("openmetrics", o->openmetrics, err);
		return EXIT_USAGE;
	}
	if (target_parse_destination(o->destination, &a.destination, &error) < 0)
		return complain(error, EXIT_USAGE);
	allow_many_files();
	err = target_open(&a.destination, &error);
	if (!err)
		err = all_find(&a, &error);
	if (err) {
		target_done(&a.destination);
		return complain(error, EXIT_UNKNOWN);
	}
	for (size_t i = 0; i < a.runs.n; i++) {
		vec_push(&c.rows, ((struct metric_row){ .name = xstrdup(all_name(&a, i)),
							.verdict = VERDICT_UNKNOWN, .rtt_us = -1 }));
		vec_push(&c.lines, (char *)NULL);
	}
	privilege_drop(o->openmetrics != NULL);
	c.progress = o->quiet ? NULL : progress_new(STDERR_FILENO);
	a.answer = take_answer;
	a.ctx = &c;
	all_ask(&a);
	status = print_all(&a, &c, started);
	progress_free(c.progress);
	all_done(&a);
	target_done(&a.destination);
	metric_rows_free(&c.rows);
	op_strings_free(&c.lines);
	strbuf_done(&c.json);
	return status;
}

static int host_root_error(const char *path, int err, char **ret_error)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, "--host-root: ");
	strbuf_visible(&b, path);
	strbuf_printf(&b, ": %s", err == -EINVAL ? "that is no network namespace" : strerror(-err));
	*ret_error = strbuf_take(&b);
	return err;
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
	if (err < 0)
		return host_root_error(o->host_root, err, ret_error);
	first = hostroot_path("/proc/1/ns/net");
	fd = netns_open(first);
	/* without processes there, "host" stays who we are */
	if (fd == -ENOENT)
		return 0;
	err = fd < 0 ? fd : netns_enter(fd);
	return err < 0 ? host_root_error(first, err, ret_error) : 0;
}

int main(int argc, char **argv)
{
	struct options o;
	struct strbuf b = { 0 };
	char *error = NULL;
	int err, status;

	signal(SIGPIPE, SIG_IGN);
	if (options_parse(argc, argv, &o, &error) < 0)
		return complain(error, EXIT_USAGE);
	err = take_host_root(&o, &error);
	if (err < 0)
		return complain(error, err == -EPERM || err == -EACCES ? EXIT_UNKNOWN : EXIT_USAGE);
	switch (o.command) {
	case COMMAND_DIAGNOSE:
		return o.load ? load_command(&o) : o.watch ? watch_command(&o) : diagnose_command(&o);
	case COMMAND_DIFF:
		return diff_command(&o);
	case COMMAND_EXPECT:
		return expect_command(&o);
	case COMMAND_EXPLAIN:
		return explain_command(&o);
	case COMMAND_UNDO:
		return undo_command();
	case COMMAND_LIST:
		return list_command(&o);
	case COMMAND_ALL:
		return all_command(&o);
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
