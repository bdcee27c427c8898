/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html.h"

#include "report/markup.h"
#include "report/story.h"
#include "report/svg.h"

#define ROWS_MAX 400 /* of the list of all sightings */

static const char style[] =
	":root{color-scheme:light dark;--fg:#1f2328;--dim:#59636e;--bg:#fff;--box:#f6f8fa;"
	"--line:#d0d7de;--ok:#1a7f37;--bad:#cf222e;--warn:#9a6700}"
	"@media screen and (prefers-color-scheme:dark){:root{--fg:#f0f6fc;--dim:#9198a1;"
	"--bg:#0d1117;--box:#151b23;--line:#3d444d;--ok:#3fb950;--bad:#f85149;--warn:#d29922}}"
	"*{box-sizing:border-box}"
	"body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}"
	"main{max-width:1120px;margin:auto;padding:16px;overflow-wrap:anywhere}"
	"h1{font-size:1.35rem;line-height:1.35;margin:.2em 0}h2{font-size:1.1rem;margin:1.6em 0 .5em}"
	"h3{font-size:1rem;margin:0}p{margin:.4em 0}"
	"header{border-left:6px solid var(--warn);padding-left:14px}"
	".reachable{border-color:var(--ok)}.unreachable{border-color:var(--bad)}"
	".verdict{font-weight:700;color:var(--warn);margin:0}"
	".reachable .verdict{color:var(--ok)}.unreachable .verdict{color:var(--bad)}"
	".dim{color:var(--dim);font-size:.875rem}"
	"figure{margin:0}svg{display:block;width:100%;max-width:440px;height:auto}"
	"article{border:1px solid var(--line);border-radius:8px;padding:12px 14px;margin:0 0 12px;"
	"break-inside:avoid}article.cause{border-left:4px solid var(--bad)}"
	"ul{margin:.4em 0;padding-left:1.3em}"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 12px;margin:.6em 0 0}"
	"dt{color:var(--dim)}dd{margin:0;min-width:0}"
	"pre{margin:0 0 4px;padding:6px 10px;background:var(--box);border:1px solid var(--line);"
	"border-radius:6px;font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;"
	"overflow-wrap:anywhere;user-select:all}"
	"table{border-collapse:collapse;width:100%;font-size:.875rem}"
	".wide{overflow-x:auto}th,td{text-align:left;vertical-align:top;padding:4px 12px 4px 0;"
	"border-bottom:1px solid var(--line);overflow-wrap:break-word}"
	"th{color:var(--dim);font-weight:600}.n{text-align:right;white-space:nowrap;"
	"font-variant-numeric:tabular-nums}.end{color:var(--bad);font-weight:600}tr{break-inside:avoid}"
	"footer{margin-top:2em;border-top:1px solid var(--line);padding-top:8px}"
	"@media(min-width:900px){.two{display:grid;grid-template-columns:440px minmax(0,1fr);"
	"gap:0 32px;align-items:start}}"
	"@media(max-width:560px){dl{grid-template-columns:1fr;gap:2px}td,th{padding-right:8px}}"
	"@media print{body{font-size:10pt}main{padding:0;max-width:none}h2{break-after:avoid}"
	".two{display:block}svg{max-width:320px}article{break-inside:auto}}";

/* --- pieces --- */

/* <TAG>text</TAG>; tag may carry a class: "p class=dim" */
static void put(struct strbuf *b, const char *tag, const char *text)
{
	strbuf_printf(b, "<%s>", tag);
	markup_text(b, text);
	strbuf_printf(b, "</%.*s>\n", (int)strcspn(tag, " "), tag);
}

static void put_own(struct strbuf *b, const char *tag, struct strbuf *text)
{
	put(b, tag, strbuf_str(text));
	strbuf_done(text);
}

/* --- the head --- */

static const char *verdict_sign(enum verdict v)
{
	switch (v) {
	case VERDICT_REACHABLE:
		return "✓";
	case VERDICT_UNREACHABLE:
		return "✗";
	case VERDICT_DEGRADED:
		return "!";
	case VERDICT_UNKNOWN:
		return "?";
	}
	return "?";
}

static void add_end(const struct endpoint *e, struct strbuf *b)
{
	if (e->name)
		strbuf_puts(b, e->name);
	if (addr_is_set(&e->address))
		strbuf_printf(b, e->name ? " (%s)" : "%s", addr_text(&e->address).s);
	else if (!e->name)
		strbuf_puts(b, "?");
}

/* "netns1 (192.168.0.2) → 8.8.8.8 by tcp/443, asked on myhost, 2026-11-22 23:28:00 UTC" */
static void put_question(const struct diagnosis *d, const struct html_about *about,
			 struct strbuf *b)
{
	time_t when = about->when;
	struct strbuf text = { 0 };
	char at[64] = "";
	struct tm tm;

	add_end(&d->source, &text);
	strbuf_puts(&text, " → ");
	add_end(&d->destination, &text);
	strbuf_puts(&text, " by ");
	show_protocol(&text, d->destination.proto, d->destination.port);
	if (about->host)
		strbuf_printf(&text, ", asked on %s", about->host);
	if (when && gmtime_r(&when, &tm) && strftime(at, sizeof(at), ", %Y-%m-%d %H:%M:%S UTC", &tm))
		strbuf_puts(&text, at);
	put_own(b, "p class=dim", &text);
}

static const char *headline(const struct diagnosis *d)
{
	if (d->verdict == VERDICT_UNKNOWN && d->error)
		return d->error;
	return d->summary ? d->summary : verdict_text(d->verdict);
}

static void put_header(const struct diagnosis *d, const struct html_about *about, struct strbuf *b)
{
	struct strbuf verdict = { 0 };

	strbuf_printf(b, "<header class=%s>\n", verdict_text(d->verdict));
	strbuf_printf(&verdict, "%s %s", verdict_sign(d->verdict), verdict_text(d->verdict));
	put_own(b, "p class=verdict", &verdict);
	put(b, "h1", headline(d));
	put_question(d, about, b);
	vec_each(remark, &d->remarks)
		put(b, "p", remark->why);
	strbuf_puts(b, "</header>\n");
}

/* --- findings --- */

static void put_commands(struct strbuf *b, const char *label, const op_strings *commands)
{
	if (!commands->n)
		return;
	put(b, "dt", label);
	strbuf_puts(b, "<dd>");
	vec_each(c, commands)
		put(b, "pre", *c);
	strbuf_puts(b, "</dd>\n");
}

static void put_repair(const struct diagnosis *d, const struct finding *f, struct strbuf *b)
{
	_cleanup_(op_strings_free) op_strings fix = { 0 }, undo = { 0 }, persist = { 0 };

	report_commands(d, f, &fix);
	report_undo(d, f, &undo);
	report_persist(d, f, &persist);
	if (!fix.n && !undo.n && !persist.n)
		return;
	strbuf_puts(b, "<dl>\n");
	put_commands(b, f->ops.n ? "fix" : "advice", &fix);
	put_commands(b, "undo", &undo);
	put_commands(b, "persist", &persist);
	strbuf_puts(b, "</dl>\n");
	if (f->ops.n && f->safety == SAFETY_CONSENT)
		put(b, "p class=dim", "The fix allows more than before.");
}

/* "confirmed for icmp and tcp/443, on the way back, in host" */
static void put_standing(const struct diagnosis *d, const struct finding *f, struct strbuf *b)
{
	const struct ns *ns = report_ns(d, f->ns);
	struct strbuf text = { 0 };

	strbuf_puts(&text, confidence_text(f->confidence));
	if (f->protocols) {
		strbuf_puts(&text, " for ");
		show_protocols(&text, f->protocols, f->ports);
	}
	if (f->dir == DIR_REPLY)
		strbuf_puts(&text, ", on the way back");
	if (ns)
		strbuf_printf(&text, ", in %s", ns->name);
	if (f->object && *f->object)
		strbuf_printf(&text, ": %s", f->object);
	put_own(b, "p class=dim", &text);
}

static void put_evidence(const struct finding *f, struct strbuf *b)
{
	bool any = false;

	vec_each(fact, &f->evidence) {
		if (show_says_rule(f, *fact)) /* it stands above */
			continue;
		strbuf_puts(b, any ? "" : "<ul>\n");
		put(b, "li", *fact);
		any = true;
	}
	strbuf_puts(b, any ? "</ul>\n" : "");
}

static void put_finding(const struct diagnosis *d, const struct finding *f, struct strbuf *b)
{
	struct strbuf rule = { 0 };

	strbuf_printf(b, "<article class=%s>\n", role_text(f->role));
	put(b, "h3", f->code);
	put_standing(d, f, b);
	if (f->message)
		put(b, "p", f->message);
	if (show_rule(f, &rule))
		put(b, "pre", strbuf_str(&rule));
	strbuf_done(&rule);
	put_evidence(f, b);
	put_repair(d, f, b);
	strbuf_puts(b, "</article>\n");
}

static void put_findings(const struct diagnosis *d, enum finding_role role, const char *title,
			 struct strbuf *b)
{
	bool first = true;

	vec_each(f, &d->findings) {
		if (f->role != role)
			continue;
		if (first)
			put(b, "h2", title);
		first = false;
		put_finding(d, f, b);
	}
}

static bool any_kept(const struct diagnosis *d, bool kept)
{
	vec_each(f, &d->fixes)
		if (f->kept == kept)
			return true;
	return false;
}

static void put_changes(const struct diagnosis *d, bool kept, const char *title, struct strbuf *b)
{
	if (!any_kept(d, kept))
		return;
	put(b, "h2", title);
	strbuf_puts(b, "<dl>\n");
	vec_each(f, &d->fixes)
		if (f->kept == kept)
			put_commands(b, f->code, &f->commands);
	strbuf_puts(b, "</dl>\n");
}

/* The record of --fix. */
static void put_fixed(const struct diagnosis *d, struct strbuf *b)
{
	struct strbuf text = { 0 };

	if (!d->fixed)
		return;
	put_changes(d, true, "Changed, because it helped", b);
	put_changes(d, false, d->dry_run ? "What --fix would do" :
					   "Tried and taken back, because it did not help", b);
	if (d->dry_run || !d->fixes.n)
		return;
	strbuf_printf(&text, "It was %s and is %s now.", verdict_text(d->before),
		      verdict_text(d->verdict));
	put_own(b, "p", &text);
}

/* --- what was asked and seen --- */

static void put_asked(const struct diagnosis *d, struct strbuf *b)
{
	if (!d->probes.n)
		return;
	put(b, "h2", d->no_probe ? "What would have been asked" : "What was asked");
	strbuf_puts(b, "<div class=wide><table>\n<tr><th>by</th><th>outcome</th><th>sent</th></tr>\n");
	vec_each(p, &d->probes) {
		const struct ns *ns = report_ns(d, p->ns);
		struct strbuf who = { 0 }, outcome = { 0 };

		strbuf_puts(&who, ns ? ns->name : "?");
		if (p->control)
			strbuf_puts(&who, ", as a control");
		else if (p->question && !p->full)
			strbuf_puts(&who, ", the question");
		if (d->no_probe)
			show_protocol(&outcome, p->proto, p->port);
		else
			show_outcome(d, p, &outcome);
		strbuf_puts(b, "<tr>");
		put_own(b, "td", &who);
		put_own(b, "td", &outcome);
		strbuf_printf(b, "<td>%u</td></tr>\n", report_sent(p));
	}
	strbuf_puts(b, "</table></div>\n");
}

static void put_line(const struct diagnosis *d, const struct story_line *line, uint64_t from,
		     struct strbuf *b)
{
	const struct sighting *s = line->s;
	struct strbuf where = { 0 }, what = { 0 };
	uint64_t us = s->us - from;

	strbuf_printf(b, "<tr><td class=n>%llu.%03llu</td>", (unsigned long long)us / 1000,
		      (unsigned long long)us % 1000);
	story_where(d, s->ns, s->ifindex, &where);
	put_own(b, "td", &where);
	strbuf_printf(b, "<td>%s</td><td>", s->out ? "out" : "in");
	story_what(d, s, &what);
	markup_text(b, strbuf_str(&what));
	strbuf_done(&what);
	if (line->end)
		strbuf_printf(b, "<br><span class=end>ends here: %s</span>", line->end->code);
	strbuf_puts(b, "</td></tr>\n");
}

static void put_story(const struct diagnosis *d, struct strbuf *b)
{
	story lines = { 0 };
	size_t n;

	story_tell(d, &lines);
	n = lines.n < ROWS_MAX ? lines.n : ROWS_MAX;
	if (n) {
		put(b, "h2", "What was seen, in the order of time");
		strbuf_puts(b, "<div class=wide><table>\n<tr><th class=n>ms</th><th>interface</th>"
			       "<th></th><th>packet</th></tr>\n");
		for (size_t i = 0; i < n; i++)
			put_line(d, &lines.v[i], lines.v[0].s->us, b);
		strbuf_puts(b, "</table></div>\n");
	}
	if (n < lines.n)
		strbuf_printf(b, "<p class=dim>… and %zu more.</p>\n", lines.n - n);
	vec_free(&lines);
}

static void put_timeline(const struct diagnosis *d, struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf picture = { 0 };

	svg_timeline(d, &picture);
	if (!picture.n)
		return;
	put(b, "h2", "When the question's first packet was seen where");
	strbuf_printf(b, "<figure>%s</figure>\n", strbuf_str(&picture));
	put(b, "p class=dim", "Green: the request. Blue: the answer.");
}

static void put_unchecked(const struct diagnosis *d, struct strbuf *b)
{
	if (!d->unchecked.n)
		return;
	put(b, "h2", "Not checked");
	strbuf_puts(b, "<dl>\n");
	vec_each(u, &d->unchecked) {
		put(b, "dt", u->what ? u->what : "");
		put(b, "dd", u->why ? u->why : "");
	}
	strbuf_puts(b, "</dl>\n");
}

static void put_path(const struct diagnosis *d, struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf picture = { 0 };

	svg_path(d, &picture);
	if (!picture.n)
		return;
	put(b, "h2", "The way");
	strbuf_printf(b, "<figure>%s</figure>\n", strbuf_str(&picture));
}

static void put_footer(const struct diagnosis *d, struct strbuf *b)
{
	struct strbuf text = { 0 };

	strbuf_printf(&text, "nsdoctor %s; exit status %d; ", PACKAGE_VERSION,
		      verdict_exit(d->verdict));
	show_time(&text, (int64_t)(d->total_ms * 1000));
	strbuf_puts(&text, " in all");
	strbuf_puts(b, "<footer>\n");
	put_own(b, "p class=dim", &text);
	strbuf_puts(b, "</footer>\n");
}

void report_html(const struct diagnosis *d, const struct html_about *about, struct strbuf *b)
{
	strbuf_puts(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		       "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
		       "<meta http-equiv=\"Content-Security-Policy\" "
		       "content=\"default-src 'none';style-src 'unsafe-inline'\">\n");
	put(b, "title", headline(d));
	strbuf_printf(b, "<style>%s%s</style>\n</head>\n<body>\n<main>\n", style, svg_style);
	put_header(d, about, b);
	strbuf_puts(b, "<div class=two>\n<section>\n");
	put_path(d, b);
	strbuf_puts(b, "</section>\n<section>\n");
	put_findings(d, FINDING_CAUSE, "Why", b);
	put_findings(d, FINDING_NEXT, "What would stop it then", b);
	put_findings(d, FINDING_NOTE, "Worth knowing", b);
	put_fixed(d, b);
	strbuf_puts(b, "</section>\n</div>\n<section>\n");
	put_asked(d, b);
	put_unchecked(d, b);
	put_timeline(d, b);
	put_story(d, b);
	strbuf_puts(b, "</section>\n");
	put_footer(d, b);
	strbuf_puts(b, "</main>\n</body>\n</html>\n");
}
