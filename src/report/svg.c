/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/svg.h"

#include "report/markup.h"
#include "report/story.h"

/* In user units, which are pixels at the picture's own size. */
#define WIDTH      440
#define EDGE       8
#define HEAD       30  /* of a frame: its namespace's name */
#define STEP       44  /* from station to station */
#define TAIL       6   /* of a frame, below its last station */
#define GAP        12  /* between frames */
#define MARK_ROOM  30
#define REQUEST_X  32
#define REPLY_X    60
#define NAME_MAX_N 34
#define LANE       30
#define LANE_LEFT  150
#define LANE_NAME_N 20
#define SHOWN_US   10  /* a shorter time is none */
#define LANE_RIGHT (WIDTH - 16)

const char svg_style[] =
	"svg text{font-family:system-ui,sans-serif;font-size:14px;fill:#1f2328}"
	"svg .bg{fill:#fff}svg .f{fill:#f6f8fa;stroke:#d0d7de}svg .o{stroke-dasharray:5 4}"
	"svg text.n{font-weight:600}svg text.s{font-size:12px;fill:#59636e}"
	"svg .w{fill:none;stroke:#8c959f;stroke-width:2;stroke-dasharray:2 4}"
	"svg .l{fill:none;stroke:#1a7f37;stroke-width:3}svg .r{stroke:#0969da}"
	"svg .y{fill:#1a7f37;stroke:#1a7f37;stroke-width:2}svg .y.r{fill:#0969da;stroke:#0969da}"
	"svg .e{fill:#f6f8fa;stroke:#8c959f;stroke-width:2}svg .u{stroke-dasharray:2 2}"
	"svg .x{stroke:#cf222e;stroke-width:4;fill:none;stroke-linecap:round}"
	"svg text.m{fill:#cf222e;font-weight:600}"
	"@media screen and (prefers-color-scheme:dark){"
	"svg text{fill:#f0f6fc}svg .bg{fill:#0d1117}svg .f{fill:#151b23;stroke:#3d444d}"
	"svg text.s{fill:#9198a1}svg .w{stroke:#656c76}svg .l{stroke:#3fb950}svg .r{stroke:#4493f8}"
	"svg .y{fill:#3fb950;stroke:#3fb950}svg .y.r{fill:#4493f8;stroke:#4493f8}"
	"svg .e{fill:#151b23;stroke:#656c76}svg .x{stroke:#f85149}svg text.m{fill:#f85149}}";

static void put_words(struct strbuf *b, int x, int y, const char *class, const char *words,
		      size_t max)
{
	strbuf_printf(b, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
	markup_short(b, words, max);
	strbuf_puts(b, "</text>\n");
}

static void put_words_right(struct strbuf *b, int y, const char *words)
{
	strbuf_printf(b, "<text x=\"%d\" y=\"%d\" class=\"s\" text-anchor=\"end\">", WIDTH - 18, y);
	markup_text(b, words);
	strbuf_puts(b, "</text>\n");
}

static void put_line(struct strbuf *b, const char *class, int x, int from, int to)
{
	if (to > from)
		strbuf_printf(b, "<path class=\"%s\" d=\"M%d %dV%d\"/>\n", class, x, from, to);
}

static void put_cross(struct strbuf *b, int x, int y)
{
	strbuf_printf(b, "<path class=\"x\" d=\"M%d %dl12 12m0-12l-12 12\"/>\n", x - 6, y - 6);
}

static void put_opening(struct strbuf *b, int height, const char *label, bool alone)
{
	strbuf_printf(b, "<svg %sviewBox=\"0 0 %d %d\" ",
		      alone ? "xmlns=\"http://www.w3.org/2000/svg\" " : "", WIDTH, height);
	if (alone)
		strbuf_printf(b, "width=\"%d\" height=\"%d\" ", WIDTH, height);
	strbuf_puts(b, "role=\"img\" aria-label=\"");
	markup_text(b, label);
	strbuf_puts(b, "\">\n");
}

/* --- the stations of the path, from top to bottom --- */

struct station {
	const struct hop *hop; /* NULL: outside */
	int y;
	bool opens;            /* the first of its frame */
	bool request, reply;   /* seen here */
};

struct plan {
	const struct diagnosis *d;
	VEC(struct station) stations;
	struct show_mark mark;
	int mark_y;        /* 0: there is none */
	int height;
	/* stations: the last that the request came to, and those between which the answer was seen; -1 */
	int last_request, first_reply, last_reply;
};

static bool same_frame(const struct plan *p, const struct hop *hop)
{
	const struct station *last = p->stations.n ? &p->stations.v[p->stations.n - 1] : NULL;

	return last && last->hop && hop && last->hop->ns == hop->ns &&
	       last->hop->reply_only == hop->reply_only;
}

static void add_station(struct plan *p, const struct hop *hop, bool request, bool reply)
{
	bool opens = !same_frame(p, hop);
	int at = (int)p->stations.n;
	struct station *s;

	if (opens)
		p->height += (at ? TAIL + GAP : 0) + HEAD;
	s = vec_add(&p->stations);
	*s = (struct station){ hop, p->height + STEP / 2 - 4, opens, request, reply };
	p->height += STEP;
	if (request)
		p->last_request = at;
	if (reply && p->first_reply < 0)
		p->first_reply = at;
	if (reply)
		p->last_reply = at;
}

static void add_mark(struct plan *p, const struct hop *next)
{
	bool inside = next && same_frame(p, next);

	p->mark_y = p->height + (inside ? MARK_ROOM / 2 - 4 : TAIL + MARK_ROOM / 2);
	p->height += MARK_ROOM;
}

static void lay_out(struct plan *p)
{
	const struct diagnosis *d = p->d;
	size_t requests = show_request_hops(d);
	bool outside = show_is_outside(d);

	p->height = EDGE;
	p->last_request = p->first_reply = p->last_reply = -1;
	p->mark = show_mark(d);
	for (size_t i = 0; i <= d->path.n; i++) {
		const struct hop *hop = i < d->path.n ? &d->path.v[i] : NULL;

		if (i == p->mark.place)
			add_mark(p, i == requests && outside ? NULL : hop);
		if (i == requests && outside)
			add_station(p, NULL, show_outside_answered(d), show_outside_answered(d));
		if (hop)
			add_station(p, hop, hop->request.packets > 0, hop->reply.packets > 0);
	}
	p->height += TAIL + EDGE;
}

static void put_frames(const struct plan *p, int text_x, struct strbuf *b)
{
	for (size_t i = 0; i < p->stations.n; i++) {
		const struct station *s = &p->stations.v[i];
		const struct ns *ns = s->hop ? report_ns(p->d, s->hop->ns) : NULL;
		const char *name = s->hop ? ns ? ns->name : "?" : "outside";
		_cleanup_(freep) char *label = NULL;
		size_t last = i;
		int top = s->y - STEP / 2 + 4 - HEAD;

		if (!s->opens)
			continue;
		while (last + 1 < p->stations.n && !p->stations.v[last + 1].opens)
			last++;
		strbuf_printf(b,
			      "<rect class=\"f%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n",
			      s->hop ? "" : " o", EDGE, top, WIDTH - 2 * EDGE,
			      p->stations.v[last].y + STEP / 2 - 4 + TAIL - top);
		label = s->hop && s->hop->reply_only ? xasprintf("%s, only the answer came here", name) :
						       xstrdup(name);
		put_words(b, text_x, top + 20, "s", label, NAME_MAX_N + 10);
	}
}

/* Between two stations: as far as the packet came, and on as it should have gone. */
static void put_request_line(const struct plan *p, size_t i, struct strbuf *b)
{
	int from = p->stations.v[i].y, to = p->stations.v[i + 1].y, end = from;
	bool marked = p->mark.dir == DIR_REQUEST && p->mark_y > from && p->mark_y < to;

	if (p->last_request > (int)i)
		end = to;
	else if (p->last_request == (int)i && marked)
		end = p->mark_y;
	put_line(b, "l", REQUEST_X, from, end);
	put_line(b, "w", REQUEST_X, end, to);
}

static void put_reply_line(const struct plan *p, size_t i, struct strbuf *b)
{
	int from = p->stations.v[i].y, to = p->stations.v[i + 1].y, end = to;
	bool marked = p->mark.dir == DIR_REPLY && p->mark_y > from && p->mark_y < to;

	if (p->first_reply <= (int)i && p->last_reply > (int)i)
		end = from;
	else if (p->first_reply == (int)i + 1 && marked)
		end = p->mark_y;
	put_line(b, "w", REPLY_X, from, end);
	put_line(b, "l r", REPLY_X, end, to);
}

static void put_dot(struct strbuf *b, int x, int y, bool seen, bool unobserved, const char *extra)
{
	strbuf_printf(b, "<circle class=\"%s%s%s\" cx=\"%d\" cy=\"%d\" r=\"6\"/>\n", seen ? "y" : "e",
		      unobserved && !seen ? " u" : "", extra, x, y);
}

/* "↓ 3 +0.02 ms" */
static void put_count(const struct plan *p, const char *arrow, const struct hop_side *side, int y,
		      struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf words = { 0 };
	int64_t us = side->first_us - show_start_us(p->d);

	if (!side->packets && side->arp) {
		strbuf_printf(&words, "%s ARP only", arrow);
	} else if (side->packets) {
		strbuf_printf(&words, "%s %u", arrow, side->packets);
		if (side->first_us >= 0 && us >= SHOWN_US) {
			strbuf_puts(&words, "  +");
			show_time(&words, us);
		}
	}
	if (words.n)
		put_words_right(b, y, strbuf_str(&words));
}

static void put_hop(const struct plan *p, const struct station *s, int text_x, struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf where = { 0 };
	const struct hop *h = s->hop;

	show_where(p->d, h, &where);
	put_words(b, text_x, s->y, "n", report_ifname(p->d, h->ns, h->ifindex).s, NAME_MAX_N);
	put_words(b, text_x, s->y + 16, "s", strbuf_str(&where), NAME_MAX_N);
	put_count(p, "↓", &h->request, s->y, b);
	put_count(p, "↑", &h->reply, s->y + 16, b);
}

static void put_outside(const struct plan *p, const struct station *s, int text_x, struct strbuf *b)
{
	const struct endpoint *e = &p->d->destination;
	_cleanup_(freep) char *control = NULL;
	const char *said = "";

	if (show_is_refused(p->d))
		said = "refused";
	else if (s->request)
		said = "answered";
	else if (!p->d->no_probe)
		said = control = show_control(p->d);
	put_words(b, text_x, s->y, "n", addr_text(&e->address).s, NAME_MAX_N);
	put_words(b, text_x, s->y + 16, show_is_refused(p->d) ? "m" : "s", said ? said : "", 60);
	if (e->name)
		put_words_right(b, s->y, e->name);
}

static void put_stations(const struct plan *p, bool replies, int text_x, struct strbuf *b)
{
	size_t downward = show_request_hops(p->d) + show_is_outside(p->d);

	for (size_t i = 0; i + 1 < downward; i++) {
		put_request_line(p, i, b);
		if (replies)
			put_reply_line(p, i, b);
	}
	vec_each(s, &p->stations) {
		const struct hop *h = s->hop;

		if (!h || !h->reply_only)
			put_dot(b, REQUEST_X, s->y, s->request,
				h && h->request.state == HOP_UNOBSERVED, "");
		if (replies)
			put_dot(b, REPLY_X, s->y, s->reply, h && h->reply.state == HOP_UNOBSERVED, " r");
		if (h)
			put_hop(p, s, text_x, b);
		else
			put_outside(p, s, text_x, b);
	}
}

static void put_mark(const struct plan *p, bool replies, int text_x, struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf words = { 0 };

	if (!p->mark_y)
		return;
	show_mark_text(p->d, &words);
	put_cross(b, p->mark.dir == DIR_REPLY && replies ? REPLY_X : REQUEST_X, p->mark_y);
	put_words(b, text_x, p->mark_y + 5, "m", strbuf_str(&words), 50);
}

static void draw_path(const struct diagnosis *d, bool alone, struct strbuf *b)
{
	struct plan p = { .d = d };
	bool replies = show_any_reply(d);
	int text_x = (replies ? REPLY_X : REQUEST_X) + 22;

	lay_out(&p);
	put_opening(b, p.height, d->summary ? d->summary : verdict_text(d->verdict), alone);
	if (alone)
		strbuf_printf(b, "<style>%s</style>\n<rect class=\"bg\" width=\"%d\" height=\"%d\"/>\n",
			      svg_style, WIDTH, p.height);
	put_frames(&p, text_x, b);
	put_stations(&p, replies, text_x, b);
	put_mark(&p, replies, text_x, b);
	strbuf_puts(b, "</svg>\n");
	vec_free(&p.stations);
}

void svg_path(const struct diagnosis *d, struct strbuf *b)
{
	if (d->path.n)
		draw_path(d, false, b);
}

void report_svg(const struct diagnosis *d, struct strbuf *b)
{
	draw_path(d, true, b);
}

/* --- the time line: hops from top to bottom, time from left to right --- */

struct track {
	const struct diagnosis *d;
	story lines;
	uint64_t from, until;
};

static bool is_first_question(const struct diagnosis *d, const struct sighting *s)
{
	return s->attempt == 0 && s->probe >= 0 && (size_t)s->probe < d->probes.n &&
	       &d->probes.v[s->probe] == show_probe(d, false) && story_hop(d, s) >= 0;
}

/* Only what is drawn stays in the story. */
static void follow(struct track *t)
{
	size_t n = 0;

	story_tell(t->d, &t->lines);
	for (size_t i = 0; i < t->lines.n; i++)
		if (is_first_question(t->d, t->lines.v[i].s) && n < 1000)
			t->lines.v[n++] = t->lines.v[i];
	t->lines.n = n;
	t->from = n ? t->lines.v[0].s->us : 0;
	t->until = n ? t->lines.v[n - 1].s->us : 0;
}

static int time_x(const struct track *t, const struct sighting *s)
{
	uint64_t all = t->until - t->from;

	if (!all)
		return LANE_LEFT + 8;
	return LANE_LEFT + 8 + (int)((s->us - t->from) * (LANE_RIGHT - LANE_LEFT - 16) / all);
}

static int lane_y(int hop)
{
	return EDGE + (hop + 1) * LANE;
}

static void put_lanes(const struct track *t, struct strbuf *b)
{
	for (size_t i = 0; i < t->d->path.n; i++) {
		const struct hop *h = &t->d->path.v[i];
		_cleanup_(strbuf_done) struct strbuf name = { 0 };

		story_where(t->d, h->ns, h->ifindex, &name);
		strbuf_printf(b, "<path class=\"w\" d=\"M%d %dH%d\"/>\n", LANE_LEFT, lane_y((int)i),
			      LANE_RIGHT);
		put_words(b, EDGE, lane_y((int)i) + 4, "s", strbuf_str(&name), LANE_NAME_N);
	}
}

/* A line from sighting to sighting. */
static void put_way(const struct track *t, enum sight_kind kind, const char *class,
		    struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf way = { 0 };

	vec_each(line, &t->lines)
		if (line->s->kind == kind)
			strbuf_printf(&way, "%c%d %d", way.n ? 'L' : 'M', time_x(t, line->s),
				      lane_y(story_hop(t->d, line->s)));
	if (way.n)
		strbuf_printf(b, "<path class=\"%s\" d=\"%s\"/>\n", class, strbuf_str(&way));
}

static void put_sighting(const struct track *t, const struct story_line *line, struct strbuf *b)
{
	const struct sighting *s = line->s;
	int x = time_x(t, s), y = lane_y(story_hop(t->d, s));

	if (s->kind == SIGHT_ERROR)
		strbuf_printf(b, "<rect class=\"e\" x=\"%d\" y=\"%d\" width=\"10\" height=\"10\"/>\n",
			      x - 5, y - 5);
	else
		strbuf_printf(b, "<circle class=\"y%s\" cx=\"%d\" cy=\"%d\" r=\"4\"/>\n",
			      s->kind == SIGHT_REPLY ? " r" : "", x, y);
	if (line->end) /* where there is no room behind it, above it */
		put_cross(b, x + 16 < LANE_RIGHT ? x + 16 : x, x + 16 < LANE_RIGHT ? y : y - 16);
}

void svg_timeline(const struct diagnosis *d, struct strbuf *b)
{
	struct track t = { .d = d };
	_cleanup_(strbuf_done) struct strbuf until = { 0 };
	int bottom = lane_y((int)d->path.n - 1) + 26;

	follow(&t);
	if (t.lines.n) {
		put_opening(b, bottom + 8, "when the first packet was seen where", false);
		put_lanes(&t, b);
		put_way(&t, SIGHT_REQUEST, "l", b);
		put_way(&t, SIGHT_REPLY, "l r", b);
		vec_each(line, &t.lines)
			put_sighting(&t, line, b);
		strbuf_puts(&until, "+");
		show_time(&until, (int64_t)(t.until - t.from));
		put_words(b, LANE_LEFT, bottom, "s", "0 ms", 10);
		put_words_right(b, bottom, strbuf_str(&until));
		strbuf_puts(b, "</svg>\n");
	}
	vec_free(&t.lines);
}
