/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report/text - the diagnosis for people: the answer in the first line, all of it on one screen
 *
 * Names come from strangers: nothing is printed that strbuf_visible has not seen.
 */
#include "report.h"

#include "report/show.h"
#include "strbuf.h"

#define WIDTH_DEFAULT 100 /* where there is no terminal */
#define WIDTH_LEAST   40
#define WIDTH_MOST    120 /* longer lines are hard to follow */
#define CELL_MAX      40  /* characters of a name in the table */
#define INDENT        4   /* of what belongs to a finding */
#define SHOWN_US      10  /* a shorter time is none */

/* --- characters --- */

enum paint {
	PLAIN,
	BOLD,
	DIM,
	RED,
	GREEN,
	YELLOW,
};

struct out {
	const struct diagnosis *d;
	const struct report_style *style;
	struct strbuf *b;
	size_t width;
	bool offer; /* one finding for consent, not the whole */
};

enum glyph {
	GLYPH_WORKS,
	GLYPH_FAILS,
	GLYPH_SEEN,
	GLYPH_MISSED,
	GLYPH_BLIND,
	GLYPH_ARROW,
	GLYPH_CUT,
	GLYPH_DOWN,
	GLYPH_UP,
};

static const char *glyph(const struct out *o, enum glyph g)
{
	static const struct {
		const char *utf8, *ascii;
	} glyphs[] = {
		[GLYPH_WORKS] = { "✓", "OK" }, [GLYPH_FAILS] = { "✗", "X" },
		[GLYPH_SEEN] = { "●", "*" },   [GLYPH_MISSED] = { "○", "." },
		[GLYPH_BLIND] = { "◌", "?" },  [GLYPH_ARROW] = { "→", "->" },
		[GLYPH_CUT] = { "…", "~" },    [GLYPH_DOWN] = { "↓", "v" },
		[GLYPH_UP] = { "↑", "^" },
	};

	return o->style->ascii ? glyphs[g].ascii : glyphs[g].utf8;
}

static void put_ascii(struct strbuf *b, const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x80)
			strbuf_putc(b, *s);
		else
			strbuf_printf(b, "\\x%02x", (unsigned char)*s);
	}
}

/* A stranger's text, made harmless. */
static void put_text(const struct out *o, struct strbuf *b, const char *s)
{
	_cleanup_(strbuf_done) struct strbuf shown = { 0 };

	if (!o->style->ascii) {
		strbuf_visible(b, s);
		return;
	}
	strbuf_visible(&shown, s);
	put_ascii(b, strbuf_str(&shown));
}

static char *visible(const struct out *o, const char *s)
{
	struct strbuf b = { 0 };

	put_text(o, &b, s);
	return strbuf_take(&b);
}

/* Our own text, in colour. */
static void put_painted(const struct out *o, enum paint paint, const char *s)
{
	static const char *const start[] = {
		[BOLD] = "\033[1m",   [DIM] = "\033[2m",     [RED] = "\033[1;31m",
		[GREEN] = "\033[32m", [YELLOW] = "\033[33m",
	};

	if (!o->style->color || paint == PLAIN || !*s) {
		strbuf_puts(o->b, s);
		return;
	}
	strbuf_puts(o->b, start[paint]);
	strbuf_puts(o->b, s);
	strbuf_puts(o->b, "\033[0m");
}

static void put_spaces(const struct out *o, size_t n)
{
	strbuf_printf(o->b, "%*s", (int)n, "");
}

/* Writes words (harmless already) from column `at` on, breaking lines at spaces; ends the line. */
static void put_wrapped(const struct out *o, const char *text, size_t at, size_t indent)
{
	const char *s = text;

	for (size_t col = at; *s;) {
		size_t bytes = strcspn(s, " "), len;
		_cleanup_(strbuf_done) struct strbuf word = { 0 };

		strbuf_add(&word, s, bytes);
		len = text_columns(strbuf_str(&word));
		if (s != text && col + 1 + len > o->width) {
			strbuf_putc(o->b, '\n');
			put_spaces(o, indent);
			col = indent;
		} else if (s != text) {
			strbuf_putc(o->b, ' ');
			col++;
		}
		strbuf_puts(o->b, strbuf_str(&word));
		col += len;
		s += bytes + strspn(s + bytes, " ");
	}
	strbuf_putc(o->b, '\n');
}

/* --- the first line --- */

static enum paint verdict_paint(enum verdict v)
{
	switch (v) {
	case VERDICT_REACHABLE:
		return GREEN;
	case VERDICT_UNREACHABLE:
		return RED;
	case VERDICT_DEGRADED:
	case VERDICT_UNKNOWN:
		return YELLOW;
	}
	return PLAIN;
}

static const char *verdict_sign(const struct out *o)
{
	switch (o->d->verdict) {
	case VERDICT_REACHABLE:
		return glyph(o, GLYPH_WORKS);
	case VERDICT_UNREACHABLE:
		return glyph(o, GLYPH_FAILS);
	case VERDICT_DEGRADED:
		return "!";
	case VERDICT_UNKNOWN:
		return "?";
	}
	return "?";
}

/* What the first line says besides the sign. */
static char *sentence(const struct out *o)
{
	const struct diagnosis *d = o->d;

	if (d->verdict == VERDICT_UNKNOWN && d->error)
		return visible(o, d->error);
	return visible(o, d->summary ? d->summary : verdict_text(d->verdict));
}

/* Never broken where it is read by a program: not without a terminal, not with --quiet. */
static void put_first_line(const struct out *o)
{
	_cleanup_(freep) char *text = sentence(o);
	const char *sign = verdict_sign(o);
	struct out wide = *o;

	if (o->style->quiet || !o->style->width)
		wide.width = SIZE_MAX;
	else if (o->style->width > o->width)
		wide.width = o->style->width;
	put_painted(o, verdict_paint(o->d->verdict), sign);
	strbuf_putc(o->b, ' ');
	put_wrapped(&wide, text, text_columns(sign) + 1, 2);
}

/* --- the path as a table --- */

enum column {
	COL_NS,
	COL_IF,
	COL_WHERE,
	COL_REQUEST,
	COL_REQUEST_N,
	COL_REQUEST_T,
	COL_REPLY,
	COL_REPLY_N,
	COL_REPLY_T,
	COLS,
};

struct cell {
	char *text; /* NULL: empty */
	enum paint paint;
	bool spill; /* it may run over the columns to its right, and widens none */
};

struct row {
	struct cell cells[COLS];
};

struct table {
	VEC(struct row) rows;
	size_t width[COLS];
	bool reply; /* the answer's columns are shown */
};

static void table_done(struct table *t)
{
	vec_each(r, &t->rows)
		for (size_t c = 0; c < COLS; c++)
			free(r->cells[c].text);
	vec_free(&t->rows);
}

static void set_cell(struct row *r, enum column c, enum paint paint, char *text)
{
	free(r->cells[c].text);
	r->cells[c] = (struct cell){ .text = text, .paint = paint };
}

static void set_spill(struct row *r, enum column c, enum paint paint, char *text)
{
	set_cell(r, c, paint, text);
	r->cells[c].spill = true;
}

/* A name, cut where it would ruin the table. */
static char *name_text(const struct out *o, const char *s)
{
	struct strbuf b = { 0 };
	size_t n = 0, i;

	put_text(o, &b, s);
	if (text_columns(strbuf_str(&b)) <= CELL_MAX)
		return strbuf_take(&b);
	for (i = 0; b.s[i]; i++) {
		n += ((unsigned char)b.s[i] & 0xc0) != 0x80;
		if (n == CELL_MAX)
			break;
	}
	b.n = i;
	strbuf_puts(&b, glyph(o, GLYPH_CUT));
	return strbuf_take(&b);
}

static char *where_text(const struct out *o, const struct hop *h)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	show_where(o->d, h, &b);
	return visible(o, strbuf_str(&b));
}

/* "● seen" */
static char *sign_text(const struct out *o, enum glyph g, const char *word)
{
	return xasprintf("%s%s%s", glyph(o, g), *word ? " " : "", word);
}

static void set_seen(const struct out *o, struct row *r, enum column c, const char *word,
		     const struct hop_side *side)
{
	int64_t us = side->first_us - show_start_us(o->d);
	struct strbuf b = { 0 };

	set_cell(r, c, GREEN, sign_text(o, GLYPH_SEEN, word));
	set_cell(r, c + 1, PLAIN, xasprintf("%u", side->packets));
	if (side->first_us < 0 || us < SHOWN_US)
		return;
	strbuf_putc(&b, '+');
	show_time(&b, us);
	set_cell(r, c + 2, DIM, strbuf_take(&b));
}

/* Was anything seen in this namespace at all? Then what was not seen was passed by. */
static bool is_watched(const struct diagnosis *d, int ns)
{
	vec_each(h, &d->path)
		if (h->ns == ns && (h->request.packets || h->reply.packets))
			return true;
	return false;
}

static void set_side(const struct out *o, struct row *r, enum column c, const struct hop *h,
		     const char *word, const struct hop_side *side)
{
	switch (side->state) {
	case HOP_SEEN:
		set_seen(o, r, c, word, side);
		return;
	case HOP_LOST:
	case HOP_NOT_REACHED:
		set_cell(r, c, DIM, sign_text(o, GLYPH_MISSED, side->arp ? "ARP only" : ""));
		return;
	case HOP_UNOBSERVED:
		/* without probes nothing is watched, and nobody needs to read that in each line */
		if (!o->d->no_probe)
			set_cell(r, c, DIM,
				 sign_text(o, GLYPH_BLIND,
					   !*word                  ? "" :
					   is_watched(o->d, h->ns) ? "not seen" :
								     "not watched"));
		return;
	}
}

static void add_hop(const struct out *o, struct table *t, size_t i)
{
	const struct hop *h = &o->d->path.v[i];
	const struct ns *ns = report_ns(o->d, h->ns);
	struct row *r = vec_add(&t->rows);

	set_cell(r, COL_NS, PLAIN, name_text(o, ns ? ns->name : "outside"));
	set_cell(r, COL_IF, PLAIN, name_text(o, report_ifname(o->d, h->ns, h->ifindex).s));
	set_cell(r, COL_WHERE, PLAIN, where_text(o, h));
	if (!h->reply_only)
		set_side(o, r, COL_REQUEST, h, i == 0 && !show_from_outside(o->d) ? "sent" : "seen", &h->request);
	if (t->reply)
		set_side(o, r, COL_REPLY, h, "", &h->reply);
}

static void set_outside(const struct out *o, struct row *r)
{
	_cleanup_(freep) char *control = NULL;

	if (show_is_refused(o->d)) {
		set_spill(r, COL_REQUEST, RED, sign_text(o, GLYPH_FAILS, "refused"));
	} else if (show_outside_answered(o->d)) {
		set_spill(r, COL_REQUEST, GREEN, sign_text(o, GLYPH_SEEN, "answered"));
	} else if (!o->d->no_probe) {
		control = show_control(o->d);
		set_spill(r, COL_REQUEST, DIM, sign_text(o, GLYPH_MISSED, control ? control : ""));
	}
}

/* The first line: a client out there. */
static void add_client(const struct out *o, struct table *t)
{
	const struct probe *p = show_probe(o->d, false);
	struct row *r = vec_add(&t->rows);

	set_cell(r, COL_NS, PLAIN, xstrdup("outside"));
	set_cell(r, COL_IF, PLAIN, xstrdup(addr_text(&o->d->source.address).s));
	if (!p || o->d->no_probe)
		return;
	set_cell(r, COL_REQUEST, GREEN, sign_text(o, GLYPH_SEEN, "sent"));
	set_cell(r, COL_REQUEST_N, PLAIN, xasprintf("%u", report_sent(p)));
	if (t->reply && p->answered) {
		set_cell(r, COL_REPLY, GREEN, sign_text(o, GLYPH_SEEN, ""));
		set_cell(r, COL_REPLY_N, PLAIN, xasprintf("%u", p->answered));
	}
}

/* The last line: what lies beyond the uplink is judged by what comes back. */
static void add_outside(const struct out *o, struct table *t)
{
	const struct diagnosis *d = o->d;
	struct row *r = vec_add(&t->rows);

	set_cell(r, COL_NS, PLAIN, xstrdup("outside"));
	set_cell(r, COL_IF, PLAIN, xstrdup(addr_text(&d->destination.address).s));
	if (d->destination.name)
		set_cell(r, COL_WHERE, PLAIN, name_text(o, d->destination.name));
	set_outside(o, r);
}

static char *mark_text(const struct out *o)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	_cleanup_(freep) char *text = NULL;

	show_mark_text(o->d, &b);
	text = visible(o, strbuf_str(&b));
	return sign_text(o, GLYPH_FAILS, text);
}

static void add_mark(const struct out *o, struct table *t, enum column column)
{
	set_spill(vec_add(&t->rows), column, RED, mark_text(o));
}

static void add_heading(const struct out *o, struct table *t)
{
	struct row *r = vec_add(&t->rows);

	set_spill(r, COL_REQUEST, DIM, xasprintf("request %s", glyph(o, GLYPH_DOWN)));
	set_spill(r, COL_REPLY, DIM, xasprintf("reply %s", glyph(o, GLYPH_UP)));
}

static void fill_table(const struct out *o, struct table *t)
{
	const struct diagnosis *d = o->d;
	size_t requests = show_request_hops(d);
	const struct show_mark mark = show_mark(d);

	t->reply = show_any_reply(d);
	if (t->reply)
		add_heading(o, t);
	if (show_from_outside(d))
		add_client(o, t);
	for (size_t i = 0; i <= d->path.n; i++) {
		if (i == mark.place)
			add_mark(o, t, mark.dir == DIR_REPLY ? COL_REPLY : COL_REQUEST);
		if (i == requests && show_is_outside(d))
			add_outside(o, t);
		if (i < d->path.n)
			add_hop(o, t, i);
	}
}

static bool is_number(enum column c)
{
	return c == COL_REQUEST_N || c == COL_REQUEST_T || c == COL_REPLY_N || c == COL_REPLY_T;
}

static size_t cell_columns(const struct row *r, enum column c)
{
	return r->cells[c].text ? text_columns(r->cells[c].text) : 0;
}

static void measure(struct table *t)
{
	for (enum column c = 0; c < COLS; c++)
		vec_each(r, &t->rows)
			if (!r->cells[c].spill && cell_columns(r, c) > t->width[c])
				t->width[c] = cell_columns(r, c);
}

static size_t gap(enum column c)
{
	return is_number(c) ? 2 : 3;
}

/* Where a column begins: behind those before it that hold anything, each behind its gap. */
static size_t column_start(const struct table *t, enum column c)
{
	size_t start = gap(c) - 1; /* the whole table is indented by two */

	for (enum column before = 0; before < c; before++)
		if (t->width[before])
			start += gap(before) + t->width[before];
	return start;
}

/* On a narrow terminal the times go first, then the counts. */
static void narrow(struct table *t, size_t width)
{
	static const enum column order[] = { COL_REQUEST_T, COL_REPLY_T, COL_REQUEST_N,
					     COL_REPLY_N };

	for (size_t i = 0; i < ARRAY_SIZE(order) && column_start(t, COLS) > width; i++) {
		vec_each(r, &t->rows)
			set_cell(r, order[i], PLAIN, NULL);
		t->width[order[i]] = 0;
	}
}

static void put_row(const struct out *o, const struct table *t, const struct row *r)
{
	size_t at = 0;

	for (enum column c = 0; c < COLS; c++) {
		size_t len = cell_columns(r, c), start = column_start(t, c);

		if (!len)
			continue;
		if (is_number(c))
			start += t->width[c] - len;
		if (at > 0 && start < at + 2) /* behind what ran over */
			start = at + 2;
		put_spaces(o, start - at);
		put_painted(o, r->cells[c].paint, r->cells[c].text);
		at = start + len;
	}
	strbuf_putc(o->b, '\n');
}

static void put_path(const struct out *o)
{
	_cleanup_(table_done) struct table t = { 0 };

	if (!o->d->path.n)
		return;
	fill_table(o, &t);
	measure(&t);
	narrow(&t, o->width);
	strbuf_putc(o->b, '\n');
	vec_each(r, &t.rows)
		put_row(o, &t, r);
}

/* --- findings --- */

/* "  fix      COMMAND", further ones below it: never broken, somebody may paste them */
static void put_commands(const struct out *o, const char *label, const op_strings *commands)
{
	vec_each(c, commands) {
		_cleanup_(freep) char *text = visible(o, *c);
		_cleanup_(freep) char *left = xasprintf("    %-8s ", c == commands->v ? label : "");

		put_painted(o, DIM, left);
		strbuf_puts(o->b, text);
		strbuf_putc(o->b, '\n');
	}
}

/* "put it into …: COMMAND" is cut where the command stands above already. */
static void cut_repetition(op_strings *persist, const op_strings *commands)
{
	vec_each(p, persist)
		vec_each(c, commands) {
			size_t n = strlen(*p), len = strlen(*c);

			if (n > len + 2 && streq(*p + n - len, *c) && str_starts(*p + n - len - 2, ": "))
				(*p)[n - len - 2] = '\0';
		}
}

static void put_repair(const struct out *o, const struct finding *f)
{
	_cleanup_(op_strings_free) op_strings fix = { 0 }, undo = { 0 }, persist = { 0 };

	report_commands(o->d, f, &fix);
	put_commands(o, f->ops.n ? "fix" : "advice", &fix);
	if (f->role != FINDING_CAUSE && !o->style->verbose)
		return;
	report_undo(o->d, f, &undo);
	put_commands(o, "undo", &undo);
	report_persist(o->d, f, &persist);
	cut_repetition(&persist, &fix);
	put_commands(o, "persist", &persist);
}

static void put_rule(const struct out *o, const struct finding *f)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	_cleanup_(freep) char *text = NULL;

	if (!show_rule(f, &b))
		return;
	text = visible(o, strbuf_str(&b));
	put_painted(o, DIM, "    rule     ");
	put_wrapped(o, text, 13, 13);
}

/* One fact after the other; a line breaks between them rather than inside. */
static void put_fact(const struct out *o, const char *fact, size_t *col)
{
	_cleanup_(freep) char *text = visible(o, fact);
	size_t len = text_columns(text);

	if (*col > INDENT && *col + 2 + len <= o->width) {
		strbuf_puts(o->b, "; ");
		strbuf_puts(o->b, text);
		*col += 2 + len;
		return;
	}
	strbuf_puts(o->b, *col ? ";\n" : "");
	put_spaces(o, INDENT);
	if (INDENT + len <= o->width) {
		strbuf_puts(o->b, text);
		*col = INDENT + len;
		return;
	}
	put_wrapped(o, text, INDENT, INDENT);
	o->b->n--; /* its line goes on */
	*col = o->width;
}

/* Has the first line said it? In an offer there is none. */
static bool is_said(const struct out *o, const char *message)
{
	return !o->offer && o->d->summary && strstr(o->d->summary, message);
}

/* The message and the facts. */
static void put_facts(const struct out *o, const struct finding *f)
{
	size_t col = 0;

	if (f->message && !is_said(o, f->message))
		put_fact(o, f->message, &col);
	vec_each(e, &f->evidence)
		if (!show_says_rule(f, *e))
			put_fact(o, *e, &col);
	if (col)
		strbuf_putc(o->b, '\n');
}

/* "ip-forward-off   confirmed for icmp and tcp/443, on the way back" */
static void put_cause_title(const struct out *o, const struct finding *f)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	put_spaces(o, 2);
	put_painted(o, BOLD, f->code);
	strbuf_printf(&b, "   %s", confidence_text(f->confidence));
	if (f->protocols) {
		strbuf_puts(&b, " for ");
		show_protocols(&b, f->protocols, f->ports);
	}
	if (f->dir == DIR_REPLY)
		strbuf_puts(&b, ", on the way back");
	put_painted(o, DIM, strbuf_str(&b));
	strbuf_putc(o->b, '\n');
}

static void put_next_title(const struct out *o, const struct finding *f)
{
	put_painted(o, DIM, "  then: ");
	put_painted(o, BOLD, f->code);
	strbuf_printf(o->b, " (%s)\n", confidence_text(f->confidence));
}

static void put_note(const struct out *o, const struct finding *f)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	put_text(o, &b, f->message ? f->message : "");
	strbuf_printf(&b, " (%s)", f->code);
	put_painted(o, DIM, "  note: ");
	put_wrapped(o, strbuf_str(&b), 8, 8);
}

static void put_finding(const struct out *o, const struct finding *f)
{
	if (f->role == FINDING_CAUSE)
		put_cause_title(o, f);
	else
		put_next_title(o, f);
	put_rule(o, f);
	put_facts(o, f);
	put_repair(o, f);
}

/* Causes and what comes behind them. */
static void put_findings(const struct out *o)
{
	bool first = true;

	vec_each(f, &o->d->findings) {
		if (f->role == FINDING_NOTE)
			continue;
		/* a second cause is another matter; what comes next belongs to the first */
		if (first || f->role == FINDING_CAUSE)
			strbuf_putc(o->b, '\n');
		put_finding(o, f);
		first = false;
	}
}

static bool has_notes(const struct diagnosis *d)
{
	if (d->remarks.n)
		return true;
	vec_each(f, &d->findings)
		if (f->role == FINDING_NOTE)
			return true;
	return false;
}

static void put_remark(const struct out *o, const char *remark)
{
	put_painted(o, DIM, "  note: ");
	put_wrapped(o, remark, 8, 8);
}

static void put_notes(const struct out *o)
{
	vec_each(remark, &o->d->remarks)
		put_remark(o, remark->why);
	vec_each(f, &o->d->findings) {
		if (f->role != FINDING_NOTE)
			continue;
		put_note(o, f);
		if (o->style->verbose)
			put_facts(o, f);
	}
}

/* --- what was not looked at --- */

static void put_unchecked_short(const struct out *o)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	vec_each(u, &o->d->unchecked) {
		if (b.n)
			strbuf_puts(&b, ", ");
		put_text(o, &b, u->what ? u->what : "");
	}
	put_painted(o, DIM, "  not checked: ");
	put_wrapped(o, strbuf_str(&b), 15, 15);
}

static void put_unchecked(const struct out *o)
{
	if (!o->d->unchecked.n)
		return;
	if (!o->style->verbose) {
		put_unchecked_short(o);
		return;
	}
	vec_each(u, &o->d->unchecked) {
		_cleanup_(strbuf_done) struct strbuf b = { 0 };

		put_text(o, &b, u->what ? u->what : "");
		strbuf_puts(&b, ": ");
		put_text(o, &b, u->why ? u->why : "");
		put_painted(o, DIM, "  not checked: ");
		put_wrapped(o, strbuf_str(&b), 15, 15);
	}
}

/* --- the record of --fix --- */

static void put_changes(const struct out *o, bool kept, const char *title)
{
	bool first = true;

	vec_each(f, &o->d->fixes) {
		if (f->kept != kept)
			continue;
		if (first)
			strbuf_printf(o->b, "  %s\n", title);
		first = false;
		put_spaces(o, 4);
		put_painted(o, BOLD, f->code);
		strbuf_putc(o->b, '\n');
		vec_each(c, &f->commands) {
			_cleanup_(freep) char *text = visible(o, *c);

			strbuf_printf(o->b, "      %s\n", text);
		}
	}
}

static void put_rehearsal(const struct out *o)
{
	const struct diagnosis *d = o->d;

	if (d->expect_reachable)
		put_changes(o, false, "Nothing was changed. By the model it works after this:");
	else
		put_changes(o, false, "Nothing was changed. This would be tried; by the model it is "
				      "not enough:");
}

static void put_record(const struct out *o)
{
	const struct diagnosis *d = o->d;

	if (d->before != d->verdict)
		strbuf_printf(o->b, "  It was %s and is now %s.\n", verdict_text(d->before),
			      verdict_text(d->verdict));
	else
		strbuf_printf(o->b, "  It was and is %s.\n", verdict_text(d->verdict));
	put_changes(o, true, "Changed, because it helped:");
	put_changes(o, false, "Tried and taken back, because it did not help:");
}

static void put_fixed(const struct out *o)
{
	if (!o->d->fixed || !o->d->fixes.n)
		return;
	strbuf_putc(o->b, '\n');
	if (o->d->dry_run)
		put_rehearsal(o);
	else
		put_record(o);
}

/* --- the last line --- */

static unsigned int repairable(const struct diagnosis *d, unsigned int *ret_all)
{
	unsigned int n = 0, all = 0;

	vec_each(f, &d->findings) {
		all += f->role != FINDING_NOTE;
		n += f->role != FINDING_NOTE && f->ops.n;
	}
	*ret_all = all;
	return n;
}

static bool any_kept(const struct diagnosis *d)
{
	vec_each(f, &d->fixes)
		if (f->kept)
			return true;
	return false;
}

static void add_offer(const struct diagnosis *d, struct strbuf *b)
{
	unsigned int all, n = repairable(d, &all);

	if (any_kept(d))
		strbuf_puts(b, "Take it back with --undo. ");
	if ((d->fixed && !d->dry_run) || !n)
		return;
	if (n < all)
		strbuf_puts(b, "Repair what can be repaired with --fix. ");
	else if (n == 1)
		strbuf_puts(b, "Repair it with --fix. ");
	else if (n == 2)
		strbuf_puts(b, "Repair both with --fix. ");
	else
		strbuf_printf(b, "Repair all %u with --fix. ", n);
}

static void put_last_line(const struct out *o)
{
	const struct diagnosis *d = o->d;
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	add_offer(d, &b);
	if (d->findings.n && d->findings.v[0].role != FINDING_NOTE)
		strbuf_printf(&b, "More about a code: nsdoctor --explain %s",
			      d->findings.v[0].code);
	if (!b.n)
		return;
	strbuf_putc(o->b, '\n');
	put_wrapped(o, strbuf_str(&b), 0, 0);
}

/* --- the second line of a healthy path --- */

static void add_way(const struct out *o, struct strbuf *b)
{
	const struct diagnosis *d = o->d;
	int ns = NS_HOST;

	vec_each(h, &d->path) {
		const struct ns *n = report_ns(d, h->ns);

		if (h->reply_only)
			continue;
		if (b->n)
			strbuf_printf(b, " %s ", glyph(o, GLYPH_ARROW));
		if (h->ns != ns && h->ns != NS_HOST && n) {
			put_text(o, b, n->name);
			strbuf_putc(b, ':');
		}
		put_text(o, b, report_ifname(d, h->ns, h->ifindex).s);
		ns = h->ns;
	}
	if (b->n && d->destination.ns < 0)
		strbuf_printf(b, " %s %s", glyph(o, GLYPH_ARROW),
			      addr_text(&d->destination.address).s);
}

/* The loss of a large packet tells something of its size only where small ones pass. */
static bool is_lost_as_any(const struct diagnosis *d, const struct probe *p)
{
	return p->full && p->outcome == PROBE_LOST && !probe_small_answered(d->probes.v, d->probes.n, p);
}

/*
 * Of the source, or of the host as a control. Of what was not sent there is nothing to say, nor of a way back that
 * takes what the way there does.
 */
static void add_probes(const struct diagnosis *d, bool control, struct strbuf *b)
{
	bool first = true;

	vec_each(p, &d->probes) {
		if (d->no_probe || p->control != control || p->step || (show_is_way_back(d, p) && p->answered) ||
		    is_lost_as_any(d, p))
			continue;
		strbuf_puts(b, first ? "" : ", ");
		show_outcome(d, p, b);
		first = false;
	}
}

static void put_second_line(const struct out *o)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	_cleanup_(strbuf_done) struct strbuf probes = { 0 };

	add_way(o, &b);
	add_probes(o->d, false, &probes);
	if (b.n && probes.n)
		strbuf_printf(&b, " (%s)", strbuf_str(&probes));
	else
		strbuf_puts(&b, strbuf_str(&probes));
	if (!b.n)
		return;
	put_spaces(o, 2);
	put_wrapped(o, strbuf_str(&b), 2, 2);
}

/* --- --verbose --- */

/* What became of each probe, in short; the control with --verbose only. */
static void put_asked(const struct out *o)
{
	_cleanup_(strbuf_done) struct strbuf own = { 0 }, control = { 0 };

	add_probes(o->d, false, &own);
	if (o->style->verbose)
		add_probes(o->d, true, &control);
	if (!own.n)
		return;
	if (control.n)
		strbuf_printf(&own, "; by the host itself: %s", strbuf_str(&control));
	put_painted(o, DIM, "  asked: ");
	put_wrapped(o, strbuf_str(&own), 9, 9);
}

static void put_details(const struct out *o)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	strbuf_putc(o->b, '\n');
	put_asked(o);
	vec_each(n, &o->d->notes) {
		_cleanup_(freep) char *text = visible(o, *n);

		put_spaces(o, 2);
		put_wrapped(o, text, 2, 4);
	}
	strbuf_puts(&b, "time: ");
	show_time(&b, (int64_t)(o->d->collect_ms * 1000));
	strbuf_puts(&b, " to read the configuration, ");
	show_time(&b, (int64_t)(o->d->probe_ms * 1000));
	strbuf_puts(&b, " for the packets, ");
	show_time(&b, (int64_t)(o->d->total_ms * 1000));
	strbuf_puts(&b, " in all");
	put_spaces(o, 2);
	put_wrapped(o, strbuf_str(&b), 2, 4);
}

static void put_body(const struct out *o)
{
	const struct diagnosis *d = o->d;

	if (d->verdict == VERDICT_REACHABLE && !o->style->verbose) {
		put_second_line(o);
		put_notes(o);
		put_unchecked(o);
		put_fixed(o);
	} else {
		put_path(o);
		if (d->verdict == VERDICT_DEGRADED && !o->style->verbose) {
			strbuf_putc(o->b, '\n');
			put_asked(o);
		}
		put_findings(o);
		if (has_notes(d) || d->unchecked.n)
			strbuf_putc(o->b, '\n');
		put_notes(o);
		put_unchecked(o);
		put_fixed(o);
	}
	if (o->style->verbose)
		put_details(o);
	put_last_line(o);
}

static size_t width_of(const struct report_style *style)
{
	if (!style->width)
		return WIDTH_DEFAULT;
	if (style->width > WIDTH_MOST)
		return WIDTH_MOST;
	return style->width < WIDTH_LEAST ? WIDTH_LEAST : style->width;
}

void report_text(const struct diagnosis *d, const struct report_style *style, struct strbuf *b)
{
	struct out o = { .d = d, .style = style, .b = b, .width = width_of(style) };

	put_first_line(&o);
	if (!style->quiet)
		put_body(&o);
}

void report_offer(const struct diagnosis *d, const struct finding *f,
		  const struct report_style *style, struct strbuf *b)
{
	struct out o = { .d = d, .style = style, .b = b, .width = width_of(style), .offer = true };

	put_finding(&o, f);
	if (f->safety == SAFETY_CONSENT)
		put_painted(&o, DIM, "    It allows more than before.\n");
}
