/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/pcapng.h"

#include "report/story.h"
#include "strbuf.h"

/* https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/, sections 3 and 4 */
#define BLOCK_SECTION      0x0a0d0d0a
#define BLOCK_INTERFACE    1
#define BLOCK_PACKET       6
#define BYTE_ORDER_MAGIC   0x1a2b3c4d
#define VERSION_MAJOR      1
#define VERSION_MINOR      0
#define OPT_COMMENT        1
#define SHB_USERAPPL       4
#define IF_NAME            2
#define IF_DESCRIPTION     3
#define IF_TSRESOL         9
#define EPB_FLAGS          2
#define EPB_INBOUND        1
#define EPB_OUTBOUND       2
#define OPTION_MAX         65535
#define LINKTYPE_LINUX_SLL2 276

/* Numbers are in the byte order of the machine that writes, as the magic number says. */
static void put_u16(struct strbuf *b, uint16_t v)
{
	strbuf_add(b, (const char *)&v, sizeof(v));
}

static void put_u32(struct strbuf *b, uint32_t v)
{
	strbuf_add(b, (const char *)&v, sizeof(v));
}

static void pad(struct strbuf *b)
{
	while (b->n % 4)
		strbuf_putc(b, '\0');
}

static void put_option(struct strbuf *b, uint16_t code, const void *value, size_t n)
{
	uint16_t len = n > OPTION_MAX ? OPTION_MAX : (uint16_t)n;

	put_u16(b, code);
	put_u16(b, len);
	strbuf_add(b, value, len);
	pad(b);
}

/* UTF-8 it has to be. */
static void put_text(struct strbuf *b, uint16_t code, const char *text)
{
	_cleanup_(strbuf_done) struct strbuf shown = { 0 };

	strbuf_visible(&shown, text);
	put_option(b, code, strbuf_str(&shown), shown.n);
}

static void end_options(struct strbuf *b)
{
	put_u32(b, 0);
}

/* A block's body with its type and, before and behind it, its length. */
static void put_block(struct strbuf *b, uint32_t type, const struct strbuf *body)
{
	uint32_t len = (uint32_t)body->n + 12;

	put_u32(b, type);
	put_u32(b, len);
	strbuf_add(b, strbuf_str(body), body->n);
	put_u32(b, len);
}

static void put_section(const struct diagnosis *d, struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf body = { 0 };
	_cleanup_(freep) char *what =
		xasprintf("%s: %s", verdict_text(d->verdict), d->summary ? d->summary : "");

	put_u32(&body, BYTE_ORDER_MAGIC);
	put_u16(&body, VERSION_MAJOR);
	put_u16(&body, VERSION_MINOR);
	put_u32(&body, UINT32_MAX); /* the section's length, not given: 64 bits of ones */
	put_u32(&body, UINT32_MAX);
	put_text(&body, OPT_COMMENT, what);
	put_text(&body, SHB_USERAPPL, "nsdoctor " PACKAGE_VERSION);
	end_options(&body);
	put_block(b, BLOCK_SECTION, &body);
}

/* --- interfaces --- */

struct place {
	int ns, ifindex;
};

typedef VEC(struct place) places;

/* The number of an interface's block, new where there was none. */
static uint32_t place_id(places *all, int ns, int ifindex)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].ns == ns && all->v[i].ifindex == ifindex)
			return (uint32_t)i;
	vec_push(all, ((struct place){ ns, ifindex }));
	return (uint32_t)all->n - 1;
}

static const struct hop *find_hop(const struct diagnosis *d, const struct place *p)
{
	vec_each(h, &d->path)
		if (h->ns == p->ns && h->ifindex == p->ifindex)
			return h;
	return NULL;
}

static void put_interface(const struct diagnosis *d, const struct place *p, struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf body = { 0 }, name = { 0 }, about = { 0 };
	const struct hop *h = find_hop(d, p);
	const uint8_t microseconds = 6;

	put_u16(&body, LINKTYPE_LINUX_SLL2);
	put_u16(&body, 0);
	put_u32(&body, OBSERVE_SNAPLEN);
	story_where(d, p->ns, p->ifindex, &name);
	put_text(&body, IF_NAME, strbuf_str(&name));
	strbuf_puts(&about, !h ? "not on the path" : h->bridge ? "" : role_name(h->role));
	if (h && !h->bridge && addr_is_set(&h->address))
		strbuf_puts(&about, ", ");
	if (h)
		show_where(d, h, &about);
	put_text(&body, IF_DESCRIPTION, strbuf_str(&about));
	put_option(&body, IF_TSRESOL, &microseconds, 1);
	end_options(&body);
	put_block(b, BLOCK_INTERFACE, &body);
}

/* --- packets --- */

static void put_comment(const struct diagnosis *d, const struct story_line *line,
			struct strbuf *body)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 }, rule = { 0 };
	const struct sighting *s = line->s;
	const struct finding *end = line->end;

	story_where(d, s->ns, s->ifindex, &b);
	strbuf_printf(&b, ", %s: ", s->out ? "leaving" : "arriving");
	story_what(d, s, &b);
	put_text(body, OPT_COMMENT, strbuf_str(&b));
	if (!end)
		return;
	b.n = 0;
	strbuf_printf(&b, "last seen here, %s: %s (%s): %s", end->mark ? end->mark : "lost",
		      end->code, confidence_text(end->confidence), end->message ? end->message : "");
	if (show_rule(end, &rule))
		strbuf_printf(&b, "; rule: %s", strbuf_str(&rule));
	put_text(body, OPT_COMMENT, strbuf_str(&b));
}

static void put_packet(const struct diagnosis *d, const struct story_line *line, uint32_t id,
		       struct strbuf *b)
{
	const struct sighting *s = line->s;
	_cleanup_(strbuf_done) struct strbuf body = { 0 };
	uint32_t flags = s->out ? EPB_OUTBOUND : EPB_INBOUND;

	put_u32(&body, id);
	put_u32(&body, (uint32_t)(s->us >> 32));
	put_u32(&body, (uint32_t)s->us);
	put_u32(&body, (uint32_t)s->frame_n);
	put_u32(&body, (uint32_t)s->frame_size);
	strbuf_add(&body, (const char *)d->seen.frames.v + s->frame_at, s->frame_n);
	pad(&body);
	put_option(&body, EPB_FLAGS, &flags, sizeof(flags));
	put_comment(d, line, &body);
	end_options(&body);
	put_block(b, BLOCK_PACKET, &body);
}

void report_pcapng(const struct diagnosis *d, struct strbuf *b)
{
	story list = { 0 };
	places all = { 0 };

	story_tell(d, &list);
	vec_each(h, &d->path)
		place_id(&all, h->ns, h->ifindex);
	vec_each(line, &list)
		if (line->s->frame_n)
			place_id(&all, line->s->ns, line->s->ifindex);
	put_section(d, b);
	vec_each(p, &all)
		put_interface(d, p, b);
	vec_each(line, &list)
		if (line->s->frame_n)
			put_packet(d, line, place_id(&all, line->s->ns, line->s->ifindex), b);
	vec_free(&list);
	vec_free(&all);
}
