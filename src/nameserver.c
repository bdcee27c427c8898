/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nameserver.h"

#include <errno.h>
#include <netinet/in.h>

#include "dns.h"

bool nameserver_is_fault(int error)
{
	return error == -EDESTADDRREQ || error == -EADDRNOTAVAIL || error == -ETIMEDOUT ||
	       error == -EIO;
}

static bool has_failed(const struct resolve_server *s)
{
	return s->asked && s->error < 0;
}

/* Nobody is there: this namespace itself says so. */
static bool is_absent(const struct resolve_server *s)
{
	return addr_is_loopback(&s->addr) && s->error == -ECONNREFUSED;
}

static bool all_absent(const struct resolve_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (!r->servers[i].asked || !is_absent(&r->servers[i]))
			return false;
	return r->n > 0;
}

const struct addr *nameserver_to_follow(const struct name_question *q)
{
	const struct resolve_report *r = q->report;

	for (size_t i = 0; i < r->n; i++)
		if (has_failed(&r->servers[i]) && !is_absent(&r->servers[i]) &&
		    r->servers[i].error != -EIO)
			return &r->servers[i].addr;
	return r->n ? &r->servers[0].addr : NULL;
}

/* --- the finding --- */

static void say_server(const struct resolve_server *s, struct finding *f)
{
	struct addr_text a = addr_text(&s->addr);

	if (!s->asked)
		return;
	if (s->error == 0)
		vec_push(&f->evidence, xasprintf("%s answers", a.s));
	else if (s->error == -EIO)
		vec_push(&f->evidence, xasprintf("%s answers with an error", a.s));
	else if (s->error == -ETIMEDOUT)
		vec_push(&f->evidence, xasprintf("%s does not answer", a.s));
	else if (is_absent(s))
		vec_push(&f->evidence, xasprintf("nobody is at %s", a.s));
	else
		vec_push(&f->evidence, xasprintf("%s cannot be asked: %s", a.s, strerror(-s->error)));
}

/* Somebody may serve that address on the loopback of the host, which is another one. */
static void say_owner(const struct name_question *q, const struct addr *server, struct finding *f)
{
	vec_each(l, &snapshot_ns(q->s, NS_HOST)->listeners) {
		if (q->ns == NS_HOST || l->proto != IPPROTO_UDP || l->port != DNS_PORT ||
		    !addr_eq(&l->addr, server))
			continue;
		vec_push(&f->evidence, xasprintf("the host has a resolver at %s, on its own loopback",
						 addr_text(server).s));
		return;
	}
}

static void say_servers(const struct name_question *q, struct finding *f)
{
	for (size_t i = 0; i < q->report->n; i++) {
		say_server(&q->report->servers[i], f);
		if (is_absent(&q->report->servers[i]))
			say_owner(q, &q->report->servers[i].addr, f);
	}
}

static struct finding make_finding(const struct name_question *q)
{
	const struct resolve_report *r = q->report;
	const char *ns = snapshot_ns(q->s, q->ns)->name;
	struct finding f = { .confidence = CONFIRMED,
			     .safety = SAFETY_MANUAL,
			     .dir = DIR_REQUEST,
			     .protocols = 1u << PROTO_UDP,
			     .ports = DNS_PORT,
			     .ns = q->ns,
			     .mark = "no name" };
	const struct resolve_server *bad = r->servers;

	for (size_t i = r->n; i-- > 0;)
		if (has_failed(&r->servers[i]))
			bad = &r->servers[i];
	if (q->error == -EDESTADDRREQ) {
		f.code = "dns-no-resolver";
		f.object = xstrdup(q->conf_path);
		f.message = xasprintf("%s names no server that could resolve %s", q->conf_path, q->name);
	} else if (all_absent(r)) {
		f.code = "dns-loopback-resolver";
		f.object = xstrdup(addr_text(&bad->addr).s);
		f.message = xasprintf("its resolver %s is a loopback address, and nobody is there in %s",
				      f.object, ns);
	} else {
		f.code = "dns-no-answer";
		f.object = xstrdup(addr_text(&bad->addr).s);
		f.message = xasprintf(bad->error == -EIO ? "its resolver %s answers with an error" :
							   "its resolver %s does not answer",
				      f.object);
	}
	if (q->error == -EDESTADDRREQ)
		vec_push(&f.evidence, xasprintf("%s names no server", q->conf_path));
	else
		vec_push(&f.evidence, xasprintf("%s names %zu server%s", q->conf_path, r->n,
						r->n > 1 ? "s" : ""));
	say_servers(q, &f);
	vec_push(&f.advice, xasprintf("name a server in %s that %s can reach", q->conf_path, ns));
	return f;
}

/* --- together with what became of the question to a server --- */

/* What says no more than that nothing comes back from there, or that nobody is there. */
static bool says_little(const struct name_question *q, const struct finding *f)
{
	static const char *const codes[] = { "upstream-silent", "upstream-rejected",
					     "connection-refused", "packet-loss" };

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (streq(f->code, codes[i]))
			return true;
	return all_absent(q->report) && streq(f->code, "service-not-listening");
}

static void sum_up(const struct name_question *q, const struct finding *f, struct diagnosis *d)
{
	bool follows = !str_starts(f->code, "dns-");

	free(d->summary);
	d->summary = xasprintf("%s cannot resolve %s: %s%s%s%s.", d->source.name ? d->source.name :
			       snapshot_ns(q->s, q->ns)->name, q->name,
			       follows ? "its resolver is not reached: " : "", f->message,
			       follows && f->place ? ", packets end at " : "",
			       follows && f->place ? f->place : "");
}

/* The facts of one that says little are those of the other. */
static void take_evidence(struct finding *to, struct finding *from)
{
	vec_each(e, &from->evidence)
		vec_push(&to->evidence, *e);
	from->evidence.n = 0;
}

void nameserver_judge(const struct name_question *q, struct diagnosis *d)
{
	struct finding f, *first = d->findings.n ? &d->findings.v[0] : NULL;
	bool any = false;

	for (size_t i = 0; i < q->report->n; i++)
		any = any || has_failed(&q->report->servers[i]);
	if (q->error == 0 && !any)
		return;
	f = make_finding(q);
	if (q->error == 0) {
		f.role = FINDING_NOTE;
		f.mark = NULL;
		vec_push(&d->findings, f);
		return;
	}
	d->verdict = VERDICT_UNREACHABLE;
	if (first && first->role == FINDING_CAUSE && !says_little(q, first)) {
		f.role = FINDING_NOTE;
		sum_up(q, first, d);
		vec_push(&d->findings, f);
		return;
	}
	if (first && first->role == FINDING_CAUSE) {
		take_evidence(&f, first);
		finding_done(first);
		vec_remove(&d->findings, 0);
	}
	f.role = FINDING_CAUSE;
	sum_up(q, &f, d);
	vec_push(&d->findings, f);
	/* before the others */
	for (size_t i = d->findings.n - 1; i > 0; i--)
		d->findings.v[i] = d->findings.v[i - 1];
	d->findings.v[0] = f;
}
