/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/show.h"

#include "strbuf.h"

/* --- words --- */

void show_time(struct strbuf *b, int64_t us)
{
	long long n = us;

	if (n < 10)
		strbuf_puts(b, "<0.01 ms");
	else if (n < 1000)
		strbuf_printf(b, "0.%02lld ms", n / 10);
	else if (n < 1000000)
		strbuf_printf(b, "%lld.%lld ms", n / 1000, n % 1000 / 100);
	else
		strbuf_printf(b, "%lld.%lld s", n / 1000000, n % 1000000 / 100000);
}

void show_protocol(struct strbuf *b, enum proto p, unsigned int port)
{
	strbuf_puts(b, proto_name(p));
	if (port && p != PROTO_ICMP)
		strbuf_printf(b, "/%u", port);
}

void show_protocols(struct strbuf *b, unsigned int protocols, unsigned int port)
{
	unsigned int left = protocols;

	for (enum proto p = PROTO_ICMP; p < PROTO_COUNT; p++) {
		if (!(left & (1u << p)))
			continue;
		left &= ~(1u << p);
		show_protocol(b, p, port);
		if (left)
			strbuf_puts(b, left & (left - 1) ? ", " : " and ");
	}
}

bool show_rule(const struct finding *f, struct strbuf *b)
{
	const struct rule_ref *r = &f->rule;

	if (!f->has_rule || !r->table || !r->chain)
		return false;
	strbuf_printf(b, "%s %s %s", r->family ? r->family : "", r->table, r->chain);
	if (r->policy)
		strbuf_puts(b, ", its policy");
	else
		strbuf_printf(b, " %s %llu",
			      streq(r->backend, "iptables-legacy") ? "rule" : "handle",
			      (unsigned long long)r->handle);
	if (r->text)
		strbuf_printf(b, ": %s", r->text);
	strbuf_printf(b, " (%s", r->backend ? r->backend : "?");
	if (r->owner)
		strbuf_printf(b, ", of %s", r->owner);
	strbuf_putc(b, ')');
	return true;
}

bool show_says_rule(const struct finding *f, const char *fact)
{
	return f->has_rule && f->rule.text && *f->rule.text && strstr(fact, f->rule.text);
}

void show_where(const struct diagnosis *d, const struct hop *h, struct strbuf *b)
{
	if (h->bridge)
		strbuf_printf(b, "port of %s", report_ifname(d, h->ns, h->bridge).s);
	else if (addr_is_set(&h->address))
		strbuf_puts(b, addr_text(&h->address).s);
}

/* --- the way --- */

int64_t show_start_us(const struct diagnosis *d)
{
	vec_each(h, &d->path)
		if (h->request.packets && h->request.first_us >= 0)
			return h->request.first_us;
	return 0;
}

const struct probe *show_probe(const struct diagnosis *d, bool control)
{
	vec_each(p, &d->probes)
		if (!p->full && p->control == control &&
		    (control ? p->proto == d->destination.proto : p->question))
			return p;
	return NULL;
}

char *show_control(const struct diagnosis *d)
{
	const struct probe *p = show_probe(d, true);
	struct strbuf b = { 0 };

	if (!p)
		return NULL;
	if (p->outcome == PROBE_ANSWERED) {
		strbuf_puts(&b, "the host itself gets an answer in ");
		show_time(&b, p->rtt_us);
	} else if (p->outcome == PROBE_REFUSED || p->outcome == PROBE_REJECTED) {
		strbuf_printf(&b, "the host itself is %s, too", outcome_name(p->outcome));
	} else {
		strbuf_puts(&b, "the host itself gets no answer either");
	}
	return strbuf_take(&b);
}

bool show_from_outside(const struct diagnosis *d)
{
	return d->source.kind && streq(d->source.kind, "outside") && addr_is_set(&d->source.address);
}

bool show_is_outside(const struct diagnosis *d)
{
	return d->destination.ns < 0 && addr_is_set(&d->destination.address);
}

size_t show_request_hops(const struct diagnosis *d)
{
	size_t n = 0;

	while (n < d->path.n && !d->path.v[n].reply_only)
		n++;
	return n;
}

bool show_is_refused(const struct diagnosis *d)
{
	const struct probe *p = show_probe(d, false);

	return p && p->outcome == PROBE_REFUSED;
}

bool show_outside_answered(const struct diagnosis *d)
{
	const struct probe *p = show_probe(d, false);
	size_t n = show_request_hops(d);

	return (p && p->outcome == PROBE_ANSWERED) || (n > 0 && d->path.v[n - 1].reply.packets);
}

void show_mark_text(const struct diagnosis *d, struct strbuf *b)
{
	const struct finding *f = d->findings.n ? &d->findings.v[0] : NULL;

	if (f && f->protocols && !(f->protocols & (1u << d->destination.proto))) {
		show_protocols(b, f->protocols, f->ports);
		strbuf_puts(b, " ");
	}
	strbuf_puts(b, f && f->mark ? f->mark : "lost here");
}

bool show_any_reply(const struct diagnosis *d)
{
	vec_each(h, &d->path)
		if (h->reply.packets)
			return true;
	return false;
}

/* The answer comes from below: the last hop that saw it is the first of the list. */
static struct show_mark reply_mark(const struct diagnosis *d)
{
	size_t place = d->mark_hop >= 0 ? (size_t)d->mark_hop + 1 : 0;

	while (d->mark_hop == MARK_END && place < d->path.n && !d->path.v[place].reply.packets)
		place++;
	return (struct show_mark){ DIR_REPLY, place };
}

/* The hop whose interface the first finding is about, or SIZE_MAX. */
static size_t culprit(const struct diagnosis *d)
{
	const struct finding *f = d->findings.n ? &d->findings.v[0] : NULL;

	for (size_t i = 0; f && f->object && i < show_request_hops(d); i++)
		if (d->path.v[i].ns == f->ns &&
		    streq(report_ifname(d, f->ns, d->path.v[i].ifindex).s, f->object))
			return i;
	return SIZE_MAX;
}

/*
 * While the next hop's address is asked for, the question itself goes nowhere:
 * it is stopped further on, where that question ends or at the interface that is to blame.
 */
static struct show_mark request_mark(const struct diagnosis *d)
{
	size_t end = show_request_hops(d), place = end, blamed = culprit(d);

	if (d->mark_hop >= 0 && d->mark_dir == DIR_REQUEST)
		place = (size_t)d->mark_hop;
	while (place < end && d->path.v[place].request.arp)
		place++;
	if (blamed != SIZE_MAX && blamed > place)
		place = blamed;
	return (struct show_mark){ DIR_REQUEST, place };
}

/* An answer that was seen nowhere ended behind the request's last hop. */
struct show_mark show_mark(const struct diagnosis *d)
{
	bool reply = d->mark_dir == DIR_REPLY || d->mark_hop == MARK_END;

	if (d->mark_hop == MARK_NONE)
		return (struct show_mark){ DIR_REQUEST, SIZE_MAX };
	if (show_is_refused(d)) /* outside has it in its own line */
		return (struct show_mark){ DIR_REQUEST,
					   show_is_outside(d) ? SIZE_MAX : show_request_hops(d) };
	return reply && show_any_reply(d) ? reply_mark(d) : request_mark(d);
}

bool show_is_way_back(const struct diagnosis *d, const struct probe *p)
{
	return !p->outside && show_from_outside(d);
}

void show_outcome(const struct diagnosis *d, const struct probe *p, struct strbuf *b)
{
	if (p->full)
		strbuf_printf(b, "%u bytes %s", p->size, show_is_way_back(d, p) ? "back " : "");
	else
		show_protocol(b, p->proto, p->port);
	if (p->follows)
		strbuf_puts(b, " again");
	switch (p->outcome) {
	case PROBE_ANSWERED:
		if (p->full) {
			strbuf_puts(b, "pass");
			return;
		}
		strbuf_putc(b, ' ');
		if (report_sent(p) > 1)
			strbuf_printf(b, "%u of %u, ", p->answered, report_sent(p));
		show_time(b, p->rtt_us);
		return;
	case PROBE_REFUSED:
		strbuf_puts(b, " refused");
		return;
	case PROBE_REJECTED:
		strbuf_puts(b, p->full ? "are too big, as a router said" : " rejected");
		return;
	case PROBE_NOT_SENT:
		strbuf_puts(b, p->full ? "not sent" : " not sent");
		return;
	case PROBE_PENDING:
	case PROBE_LOST:
		strbuf_puts(b, p->full ? "lost" : " no answer");
		return;
	}
}
