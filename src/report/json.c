/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report/json - the diagnosis as one JSON object, schema 1; see docs/nsdoctor-json.5 */
#include "report.h"

#include "jsonwrite.h"
#include "report/lookup.h"
#include "strbuf.h"

#define SCHEMA 1

static void member_netns(const struct diagnosis *d, struct strbuf *b, int ns)
{
	const struct ns *n = report_ns(d, ns);

	jw_member_string(b, "netns", n ? n->name : NULL);
}

static void endpoint_members(const struct diagnosis *d, const struct endpoint *e, struct strbuf *b)
{
	const struct ns *n = report_ns(d, e->ns);

	jw_member_string(b, "name", e->name);
	jw_member_string(b, "kind", e->kind);
	member_netns(d, b, e->ns);
	if (n)
		jw_member_number(b, "netns_inode", (int64_t)n->inode);
	else
		jw_member_null(b, "netns_inode");
	jw_member_address(b, "address", &e->address);
}

static void put_source(const struct diagnosis *d, struct strbuf *b)
{
	jw_key(b, "source");
	jw_open_object(b);
	endpoint_members(d, &d->source, b);
	jw_close_object(b);
}

static void put_destination(const struct diagnosis *d, struct strbuf *b)
{
	jw_key(b, "destination");
	jw_open_object(b);
	endpoint_members(d, &d->destination, b);
	jw_member_number_from(b, "port", d->destination.port, 1);
	jw_member_string(b, "protocol", proto_name(d->destination.proto));
	jw_close_object(b);
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
	jw_key(b, "icmp");
	jw_open_object(b);
	jw_member_number(b, "type", a->icmp_type);
	jw_member_number(b, "code", a->icmp_code);
	jw_member_address(b, "from", &a->icmp_from);
	jw_close_object(b);
}

static void put_probe(const struct probe *p, struct strbuf *b)
{
	enum probe_outcome outcome = final_outcome(p);
	const struct attempt *last = attempt_with(p, outcome);

	jw_open_object(b);
	jw_member_string(b, "protocol", proto_name(p->proto));
	jw_member_number_from(b, "port", p->port, 1);
	jw_member_number(b, "size", p->size);
	jw_member_bool(b, "question", p->question);
	jw_member_bool(b, "control", p->control);
	jw_member_number(b, "sent", report_sent(p));
	jw_member_number(b, "answered", p->answered);
	jw_member_string(b, "result", outcome_name(outcome));
	jw_member_number_from(b, "rtt_us", p->answered ? p->rtt_us : -1, 0);
	if (outcome == PROBE_REJECTED && last)
		put_icmp_error(last, b);
	else
		jw_member_null(b, "icmp");
	jw_member_number_from(b, "errno", outcome == PROBE_NOT_SENT && last ? last->error : 0, 1);
	jw_close_object(b);
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
	jw_key(b, name);
	jw_open_object(b);
	jw_member_string(b, "state", state_text(side->state));
	jw_member_number(b, "packets", side->packets);
	jw_member_number_from(b, "first_us", side->packets ? side->first_us : -1, 0);
	jw_close_object(b);
}

static void put_hop(const struct diagnosis *d, const struct hop *h, struct strbuf *b)
{
	const struct link *link = report_link(d, h->ns, h->ifindex);

	jw_open_object(b);
	member_netns(d, b, h->ns);
	jw_member_string(b, "ifname", report_ifname(d, h->ns, h->ifindex).s);
	jw_member_string(b, "role", role_name(h->role));
	jw_member_string(b, "bridge", h->bridge ? report_ifname(d, h->ns, h->bridge).s : NULL);
	jw_member_address(b, "address", &h->address);
	if (link)
		jw_member_number(b, "mtu", link->mtu);
	else
		jw_member_null(b, "mtu");
	put_side(b, "request", &h->request);
	put_side(b, "reply", &h->reply);
	if (h->reply_only)
		jw_member_bool(b, "reply_only", true);
	jw_close_object(b);
}

static void put_rule(const struct rule_ref *r, struct strbuf *b)
{
	jw_open_object(b);
	jw_member_string(b, "backend", r->backend);
	jw_member_string(b, "family", r->family);
	jw_member_string(b, "table", r->table);
	jw_member_string(b, "chain", r->chain);
	if (r->policy)
		jw_member_null(b, "handle");
	else
		jw_member_number(b, "handle", (int64_t)r->handle);
	jw_member_bool(b, "policy", r->policy);
	jw_member_string(b, "text", r->text);
	jw_member_string(b, "owner", r->owner);
	jw_close_object(b);
}

static void member_commands(const struct diagnosis *d, const struct finding *f, struct strbuf *b,
			    const char *name,
			    void (*get)(const struct diagnosis *, const struct finding *,
					op_strings *))
{
	_cleanup_(op_strings_free) op_strings v = { 0 };

	get(d, f, &v);
	jw_member_strings(b, name, &v);
}

static void put_fix(const struct diagnosis *d, const struct finding *f, struct strbuf *b)
{
	jw_key(b, "fix");
	jw_open_object(b);
	jw_member_string(b, "safety", safety_text(f->safety));
	member_commands(d, f, b, "commands", report_commands);
	member_commands(d, f, b, "undo", report_undo);
	member_commands(d, f, b, "persist", report_persist);
	jw_close_object(b);
}

static void member_protocols(struct strbuf *b, unsigned int protocols)
{
	jw_key(b, "protocols");
	jw_open_array(b);
	for (enum proto p = PROTO_ICMP; p < PROTO_COUNT; p++)
		if (protocols & (1u << p))
			jw_value_string(b, proto_name(p));
	jw_close_array(b);
}

static void put_finding(const struct diagnosis *d, const struct finding *f, struct strbuf *b)
{
	jw_open_object(b);
	jw_member_string(b, "code", f->code);
	jw_member_string(b, "role", role_text(f->role));
	jw_member_string(b, "confidence", confidence_text(f->confidence));
	jw_member_string(b, "direction", direction_text(f->dir));
	member_protocols(b, f->protocols);
	member_netns(d, b, f->ns);
	jw_member_string(b, "object", f->object && *f->object ? f->object : NULL);
	jw_member_string(b, "message", f->message);
	jw_member_strings(b, "evidence", &f->evidence);
	jw_key(b, "rule");
	if (f->has_rule)
		put_rule(&f->rule, b);
	else
		strbuf_puts(b, "null");
	put_fix(d, f, b);
	jw_close_object(b);
}

/* The record of --fix: null without it. */
static void put_fixed(const struct diagnosis *d, struct strbuf *b)
{
	if (!d->fixed) {
		jw_member_null(b, "fix");
		return;
	}
	jw_key(b, "fix");
	jw_open_object(b);
	jw_key(b, "applied");
	jw_open_array(b);
	vec_each(f, &d->fixes) {
		jw_open_object(b);
		jw_member_string(b, "code", f->code);
		jw_member_strings(b, "commands", &f->commands);
		jw_member_bool(b, "kept", f->kept);
		jw_close_object(b);
	}
	jw_close_array(b);
	jw_member_string(b, "verdict_before", verdict_text(d->before));
	jw_member_string(b, "journal", d->journal);
	jw_close_object(b);
}

static void put_timing(const struct diagnosis *d, struct strbuf *b)
{
	jw_key(b, "timing_ms");
	jw_open_object(b);
	jw_member_ms(b, "collect", d->collect_ms);
	jw_member_ms(b, "probe", d->probe_ms);
	jw_member_ms(b, "total", d->total_ms);
	jw_close_object(b);
}

static void put_lists(const struct diagnosis *d, struct strbuf *b)
{
	jw_key(b, "probes");
	jw_open_array(b);
	vec_each(p, &d->probes)
		put_probe(p, b);
	jw_close_array(b);
	jw_key(b, "path");
	jw_open_array(b);
	vec_each(h, &d->path)
		put_hop(d, h, b);
	jw_close_array(b);
	jw_key(b, "findings");
	jw_open_array(b);
	vec_each(f, &d->findings)
		put_finding(d, f, b);
	jw_close_array(b);
}

static void put_one_unchecked(const struct unchecked *u, struct strbuf *b)
{
	jw_open_object(b);
	jw_member_string(b, "what", u->what);
	jw_member_string(b, "why", u->why);
	jw_close_object(b);
}

static void put_unchecked(const struct diagnosis *d, struct strbuf *b)
{
	jw_key(b, "unchecked");
	jw_open_array(b);
	vec_each(u, &d->remarks)
		put_one_unchecked(u, b);
	vec_each(u, &d->unchecked)
		put_one_unchecked(u, b);
	jw_close_array(b);
}

void report_json(const struct diagnosis *d, struct strbuf *b)
{
	strbuf_putc(b, '{');
	jw_member_number(b, "schema", SCHEMA);
	jw_member_string(b, "version", PACKAGE_VERSION);
	jw_member_string(b, "verdict", verdict_text(d->verdict));
	jw_member_string(b, "error", d->error);
	jw_member_string(b, "summary", d->summary);
	put_source(d, b);
	put_destination(d, b);
	put_lists(d, b);
	put_fixed(d, b);
	put_unchecked(d, b);
	put_timing(d, b);
	strbuf_puts(b, "}\n");
}
