/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report/json - the diagnosis as one JSON object, schema 1; see docs/nsdoctor-json.5 */
#include "report.h"

#include "report/lookup.h"
#include "strbuf.h"

#define SCHEMA 1

/* --- writing JSON: the comma before a member depends on what was written before it --- */

static void separate(struct strbuf *b)
{
	char last = b->n ? b->s[b->n - 1] : '{';

	if (last != '{' && last != '[' && last != ':')
		strbuf_putc(b, ',');
}

static void open_object(struct strbuf *b)
{
	separate(b);
	strbuf_putc(b, '{');
}

static void open_array(struct strbuf *b)
{
	separate(b);
	strbuf_putc(b, '[');
}

static void close_object(struct strbuf *b)
{
	strbuf_putc(b, '}');
}

static void close_array(struct strbuf *b)
{
	strbuf_putc(b, ']');
}

/* Names are ours and need no quoting. */
static void key(struct strbuf *b, const char *name)
{
	separate(b);
	strbuf_printf(b, "\"%s\":", name);
}

static void put_ascii(struct strbuf *b, char c)
{
	if (c == '"' || c == '\\')
		strbuf_printf(b, "\\%c", c);
	else if ((unsigned char)c < 0x20 || c == 0x7f)
		strbuf_printf(b, "\\u%04x", (unsigned char)c);
	else
		strbuf_putc(b, c);
}

/* Bytes beyond ASCII: characters stay, what is none becomes the text \xNN. */
static void put_beyond_ascii(struct strbuf *b, const char *s, size_t n)
{
	_cleanup_(strbuf_done) struct strbuf run = { 0 }, shown = { 0 };

	strbuf_add(&run, s, n);
	strbuf_visible(&shown, strbuf_str(&run));
	for (const char *c = strbuf_str(&shown); *c; c++)
		put_ascii(b, *c);
}

static void value_string(struct strbuf *b, const char *s)
{
	separate(b);
	if (!s) {
		strbuf_puts(b, "null");
		return;
	}
	strbuf_putc(b, '"');
	while (*s) {
		size_t n = 0;

		while ((unsigned char)s[n] >= 0x80)
			n++;
		if (n)
			put_beyond_ascii(b, s, n);
		else
			put_ascii(b, *s);
		s += n ? n : 1;
	}
	strbuf_putc(b, '"');
}

static void member_string(struct strbuf *b, const char *name, const char *s)
{
	key(b, name);
	value_string(b, s);
}

static void member_bool(struct strbuf *b, const char *name, bool value)
{
	key(b, name);
	strbuf_puts(b, value ? "true" : "false");
}

static void member_number(struct strbuf *b, const char *name, int64_t value)
{
	key(b, name);
	strbuf_printf(b, "%lld", (long long)value);
}

static void member_null(struct strbuf *b, const char *name)
{
	key(b, name);
	strbuf_puts(b, "null");
}

/* null where there is none: a number below 0, a port of 0 */
static void member_number_from(struct strbuf *b, const char *name, int64_t value, int64_t least)
{
	if (value < least)
		member_null(b, name);
	else
		member_number(b, name, value);
}

/* Milliseconds with one decimal, by hand: printf would ask the locale what a point looks like. */
static void member_ms(struct strbuf *b, const char *name, double ms)
{
	uint64_t tenths = ms > 0 && ms < 1e15 ? (uint64_t)(ms * 10 + 0.5) : 0;

	key(b, name);
	strbuf_printf(b, "%llu.%llu", (unsigned long long)tenths / 10,
		      (unsigned long long)tenths % 10);
}

static void member_address(struct strbuf *b, const char *name, const struct addr *a)
{
	member_string(b, name, addr_is_set(a) ? addr_text(a).s : NULL);
}

static void member_strings(struct strbuf *b, const char *name, const op_strings *v)
{
	key(b, name);
	open_array(b);
	vec_each(s, v)
		value_string(b, *s);
	close_array(b);
}

/* --- the diagnosis --- */

static void member_netns(const struct diagnosis *d, struct strbuf *b, int ns)
{
	const struct ns *n = report_ns(d, ns);

	member_string(b, "netns", n ? n->name : NULL);
}

static void endpoint_members(const struct diagnosis *d, const struct endpoint *e, struct strbuf *b)
{
	const struct ns *n = report_ns(d, e->ns);

	member_string(b, "name", e->name);
	member_string(b, "kind", e->kind);
	member_netns(d, b, e->ns);
	if (n)
		member_number(b, "netns_inode", (int64_t)n->inode);
	else
		member_null(b, "netns_inode");
	member_address(b, "address", &e->address);
}

static void put_source(const struct diagnosis *d, struct strbuf *b)
{
	key(b, "source");
	open_object(b);
	endpoint_members(d, &d->source, b);
	close_object(b);
}

static void put_destination(const struct diagnosis *d, struct strbuf *b)
{
	key(b, "destination");
	open_object(b);
	endpoint_members(d, &d->destination, b);
	member_number_from(b, "port", d->destination.port, 1);
	member_string(b, "protocol", proto_name(d->destination.proto));
	close_object(b);
}

/* The last attempt with this outcome, or NULL. */
static const struct attempt *attempt_with(const struct probe *p, enum probe_outcome outcome)
{
	for (size_t i = p->attempts.n; i > 0; i--)
		if (p->attempts.v[i - 1].outcome == outcome)
			return &p->attempts.v[i - 1];
	return NULL;
}

/* Nothing is pending when a diagnosis is written: what did not come is lost. */
static enum probe_outcome final_outcome(const struct probe *p)
{
	if (p->outcome != PROBE_PENDING)
		return p->outcome;
	return report_sent(p) ? PROBE_LOST : PROBE_NOT_SENT;
}

static void put_icmp_error(const struct attempt *a, struct strbuf *b)
{
	key(b, "icmp");
	open_object(b);
	member_number(b, "type", a->icmp_type);
	member_number(b, "code", a->icmp_code);
	member_address(b, "from", &a->icmp_from);
	close_object(b);
}

static void put_probe(const struct probe *p, struct strbuf *b)
{
	enum probe_outcome outcome = final_outcome(p);
	const struct attempt *last = attempt_with(p, outcome);

	open_object(b);
	member_string(b, "protocol", proto_name(p->proto));
	member_number_from(b, "port", p->port, 1);
	member_number(b, "size", p->size);
	member_bool(b, "question", p->question);
	member_bool(b, "control", p->control);
	member_number(b, "sent", report_sent(p));
	member_number(b, "answered", p->answered);
	member_string(b, "result", outcome_name(outcome));
	member_number_from(b, "rtt_us", p->answered ? p->rtt_us : -1, 0);
	if (outcome == PROBE_REJECTED && last)
		put_icmp_error(last, b);
	else
		member_null(b, "icmp");
	member_number_from(b, "errno", outcome == PROBE_NOT_SENT && last ? last->error : 0, 1);
	close_object(b);
}

static const char *state_text(enum hop_state s)
{
	switch (s) {
	case HOP_SEEN:
		return "seen";
	case HOP_LOST:
		return "lost";
	case HOP_NOT_REACHED:
		return "not-reached";
	case HOP_UNOBSERVED:
		return "unobserved";
	}
	return "unobserved";
}

static void put_side(struct strbuf *b, const char *name, const struct hop_side *side)
{
	key(b, name);
	open_object(b);
	member_string(b, "state", state_text(side->state));
	member_number(b, "packets", side->packets);
	member_number_from(b, "first_us", side->packets ? side->first_us : -1, 0);
	close_object(b);
}

static void put_hop(const struct diagnosis *d, const struct hop *h, struct strbuf *b)
{
	const struct link *link = report_link(d, h->ns, h->ifindex);

	open_object(b);
	member_netns(d, b, h->ns);
	member_string(b, "ifname", report_ifname(d, h->ns, h->ifindex).s);
	member_string(b, "role", role_name(h->role));
	member_string(b, "bridge", h->bridge ? report_ifname(d, h->ns, h->bridge).s : NULL);
	member_address(b, "address", &h->address);
	if (link)
		member_number(b, "mtu", link->mtu);
	else
		member_null(b, "mtu");
	put_side(b, "request", &h->request);
	put_side(b, "reply", &h->reply);
	if (h->reply_only)
		member_bool(b, "reply_only", true);
	close_object(b);
}

static void put_rule(const struct rule_ref *r, struct strbuf *b)
{
	open_object(b);
	member_string(b, "backend", r->backend);
	member_string(b, "family", r->family);
	member_string(b, "table", r->table);
	member_string(b, "chain", r->chain);
	if (r->policy)
		member_null(b, "handle");
	else
		member_number(b, "handle", (int64_t)r->handle);
	member_bool(b, "policy", r->policy);
	member_string(b, "text", r->text);
	member_string(b, "owner", r->owner);
	close_object(b);
}

static void member_commands(const struct diagnosis *d, const struct finding *f, struct strbuf *b,
			    const char *name,
			    void (*get)(const struct diagnosis *, const struct finding *,
					op_strings *))
{
	_cleanup_(op_strings_free) op_strings v = { 0 };

	get(d, f, &v);
	member_strings(b, name, &v);
}

static void put_fix(const struct diagnosis *d, const struct finding *f, struct strbuf *b)
{
	key(b, "fix");
	open_object(b);
	member_string(b, "safety", safety_text(f->safety));
	member_commands(d, f, b, "commands", report_commands);
	member_commands(d, f, b, "undo", report_undo);
	member_commands(d, f, b, "persist", report_persist);
	close_object(b);
}

static void member_protocols(struct strbuf *b, unsigned int protocols)
{
	key(b, "protocols");
	open_array(b);
	for (enum proto p = PROTO_ICMP; p < PROTO_COUNT; p++)
		if (protocols & (1u << p))
			value_string(b, proto_name(p));
	close_array(b);
}

static void put_finding(const struct diagnosis *d, const struct finding *f, struct strbuf *b)
{
	open_object(b);
	member_string(b, "code", f->code);
	member_string(b, "role", role_text(f->role));
	member_string(b, "confidence", confidence_text(f->confidence));
	member_string(b, "direction", direction_text(f->dir));
	member_protocols(b, f->protocols);
	member_netns(d, b, f->ns);
	member_string(b, "object", f->object && *f->object ? f->object : NULL);
	member_string(b, "message", f->message);
	member_strings(b, "evidence", &f->evidence);
	key(b, "rule");
	if (f->has_rule)
		put_rule(&f->rule, b);
	else
		strbuf_puts(b, "null");
	put_fix(d, f, b);
	close_object(b);
}

/* The record of --fix: null without it. */
static void put_fixed(const struct diagnosis *d, struct strbuf *b)
{
	if (!d->fixed) {
		member_null(b, "fix");
		return;
	}
	key(b, "fix");
	open_object(b);
	key(b, "applied");
	open_array(b);
	vec_each(f, &d->fixes) {
		open_object(b);
		member_string(b, "code", f->code);
		member_strings(b, "commands", &f->commands);
		member_bool(b, "kept", f->kept);
		close_object(b);
	}
	close_array(b);
	member_string(b, "verdict_before", verdict_text(d->before));
	member_string(b, "journal", d->journal);
	close_object(b);
}

static void put_timing(const struct diagnosis *d, struct strbuf *b)
{
	key(b, "timing_ms");
	open_object(b);
	member_ms(b, "collect", d->collect_ms);
	member_ms(b, "probe", d->probe_ms);
	member_ms(b, "total", d->total_ms);
	close_object(b);
}

static void put_lists(const struct diagnosis *d, struct strbuf *b)
{
	key(b, "probes");
	open_array(b);
	vec_each(p, &d->probes)
		put_probe(p, b);
	close_array(b);
	key(b, "path");
	open_array(b);
	vec_each(h, &d->path)
		put_hop(d, h, b);
	close_array(b);
	key(b, "findings");
	open_array(b);
	vec_each(f, &d->findings)
		put_finding(d, f, b);
	close_array(b);
}

static void put_unchecked(const struct diagnosis *d, struct strbuf *b)
{
	key(b, "unchecked");
	open_array(b);
	vec_each(remark, &d->remarks) {
		open_object(b);
		member_string(b, "what", "a network of its own");
		member_string(b, "why", *remark);
		close_object(b);
	}
	vec_each(u, &d->unchecked) {
		open_object(b);
		member_string(b, "what", u->what);
		member_string(b, "why", u->why);
		close_object(b);
	}
	close_array(b);
}

void report_json(const struct diagnosis *d, struct strbuf *b)
{
	strbuf_putc(b, '{');
	member_number(b, "schema", SCHEMA);
	member_string(b, "version", PACKAGE_VERSION);
	member_string(b, "verdict", verdict_text(d->verdict));
	member_string(b, "error", d->error);
	member_string(b, "summary", d->summary);
	put_source(d, b);
	put_destination(d, b);
	put_lists(d, b);
	put_fixed(d, b);
	put_unchecked(d, b);
	put_timing(d, b);
	strbuf_puts(b, "}\n");
}
