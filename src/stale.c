/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stale.h"

#include <netinet/in.h>

#include "diagnose.h"

static bool is_stale(const struct tracked_flow *t, const struct flow *asked)
{
	return t->proto == IPPROTO_UDP && t->dport == asked->port && addr_eq(&t->src, &asked->src) &&
	       addr_eq(&t->dst, &asked->dst) && !t->answered && !t->translated;
}

void stale_judge(const struct ns *host, const struct path *path, const struct evidence *ev,
		 const struct observations *obs, struct diagnosis *d)
{
	const struct flow *asked = &path->flow;
	const struct sighting *left = ev->uplink_sighting >= 0 ? &obs->sightings.v[ev->uplink_sighting] : NULL;
	struct finding f = { .code = "conntrack-stale", .role = FINDING_NOTE, .safety = SAFETY_MANUAL,
			     .protocols = 1u << PROTO_UDP, .ports = asked->port, .ns = NS_HOST };
	struct addr_text src = addr_text(&asked->src), dst = addr_text(&asked->dst);
	size_t n = 0;

	if (asked->proto != PROTO_UDP || !ev->answered || !left || addr_eq(&left->pkt.src, &asked->src))
		return;
	vec_each(t, &host->flows) {
		if (!is_stale(t, asked))
			continue;
		n++;
		vec_push(&f.evidence, xasprintf("conntrack: udp %s:%u to %s:%u, untranslated and without an answer", src.s,
						t->sport, dst.s, t->dport));
		vec_push(&f.advice, xasprintf("conntrack -D -p udp -s %s --sport %u -d %s --dport %u", src.s, t->sport,
					      dst.s, t->dport));
	}
	if (n == 0)
		return;
	f.object = xstrdup(src.s);
	f.message = xasprintf("%zu older flow%s of %s to this port leave%s untranslated, as the rules were when %s began; "
			      "new ones work", n, n == 1 ? "" : "s", src.s, n == 1 ? "s" : "", n == 1 ? "it" : "they");
	vec_push(&f.evidence, xasprintf("this question left with the source %s", addr_text(&left->pkt.src).s));
	vec_push(&d->findings, f);
}
