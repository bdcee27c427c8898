/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stale.h"

#include <netinet/in.h>

#include "diagnose.h"

/* Where the packets of the question went, and as whose they left. */
struct way {
	const struct addr *dst; /* NULL: a rule chooses by chance, or nobody saw it */
	const struct addr *src; /* NULL: untranslated, or it did not leave */
};

/* A destination that rules draw may be another one for each flow. */
static bool is_drawn(const struct path *path)
{
	for (size_t i = 0; i < path->request_legs; i++)
		for (size_t j = 0; j < path->legs.v[i].n_crossings; j++)
			if (path->legs.v[i].crossings[j].res.nat_unknown)
				return true;
	return false;
}

/*
 * Whom the host sent the question to, as it was seen leaving it: others may
 * translate it once more, and the host itself in ways that no rule tells (IPVS).
 * NULL: it did not leave.
 */
static const struct addr *sent_to(const struct observations *obs)
{
	const struct sighting *last = NULL;

	vec_each(s, &obs->sightings)
		if (s->probe == 0 && s->kind == SIGHT_REQUEST && s->ns == NS_HOST && s->out && (!last || s->us >= last->us))
			last = s;
	return last ? &last->pkt.dst : NULL;
}

static struct way way_of(const struct path *path, const struct evidence *ev, const struct observations *obs)
{
	const struct sighting *left = ev->uplink_sighting >= 0 ? &obs->sightings.v[ev->uplink_sighting] : NULL;
	const struct addr *seen = sent_to(obs);
	struct way way = { 0 };

	if (left && !addr_eq(&left->pkt.src, &path->flow.src))
		way.src = &left->pkt.src;
	if (seen && !is_drawn(path) && addr_eq(seen, path_asked(path, NS_HOST)))
		way.dst = seen;
	return way;
}

static bool is_asked(const struct tracked_flow *t, const struct flow *asked)
{
	return t->proto == IPPROTO_UDP && t->dport == asked->port && addr_eq(&t->src, &asked->src) &&
	       addr_eq(&t->dst, &asked->dst);
}

/* Does it leave as its own, where new flows are translated? */
static bool is_bare(const struct tracked_flow *t, const struct way *way)
{
	return way->src && !t->translated;
}

/* Is it sent to somebody to whom new flows are not sent? */
static bool is_misled(const struct tracked_flow *t, const struct way *way)
{
	return way->dst && !addr_eq(&t->answer_src, way->dst);
}

void stale_judge(const struct ns *host, const struct path *path, const struct evidence *ev,
		 const struct observations *obs, struct diagnosis *d)
{
	const struct flow *asked = &path->flow;
	struct way way = way_of(path, ev, obs);
	struct finding f = { .code = "conntrack-stale", .role = FINDING_NOTE, .safety = SAFETY_MANUAL,
			     .protocols = 1u << PROTO_UDP, .ports = asked->port, .ns = NS_HOST };
	struct addr_text src = addr_text(&asked->src), dst = addr_text(&asked->dst);
	size_t n = 0;

	if (asked->proto != PROTO_UDP || !ev->answered)
		return;
	vec_each(t, &host->flows) {
		bool astray = is_misled(t, &way);

		/* one that is answered works, however it does */
		if (!is_asked(t, asked) || t->answered || (!astray && !is_bare(t, &way)))
			continue;
		n++;
		vec_push(&f.evidence,
			 astray ? xasprintf("conntrack: udp %s:%u to %s:%u is sent to %s:%u, without an answer", src.s, t->sport,
					    dst.s, t->dport, addr_text(&t->answer_src).s, t->answer_sport) :
				  xasprintf("conntrack: udp %s:%u to %s:%u, untranslated and without an answer", src.s,
					    t->sport, dst.s, t->dport));
		vec_push(&f.advice, xasprintf("conntrack -D -p udp -s %s --sport %u -d %s --dport %u", src.s, t->sport,
					      dst.s, t->dport));
	}
	if (n == 0)
		return;
	f.object = xstrdup(src.s);
	f.message = xasprintf("%zu older flow%s of %s to this port %s translated as the rules said when %s began; new ones "
			      "work", n, n == 1 ? "" : "s", src.s, n == 1 ? "is still" : "are still", n == 1 ? "it" : "they");
	if (way.src)
		vec_push(&f.evidence, xasprintf("this question left with the source %s", addr_text(way.src).s));
	if (way.dst && !addr_eq(way.dst, &asked->dst))
		vec_push(&f.evidence, xasprintf("this question was sent on to %s", addr_text(way.dst).s));
	vec_push(&d->findings, f);
}
