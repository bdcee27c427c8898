/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/story.h"

#include <netinet/tcp.h>

#include "strbuf.h"

/* --- order --- */

int story_hop(const struct diagnosis *d, const struct sighting *s)
{
	for (size_t i = 0; i < d->path.n; i++)
		if (d->path.v[i].ns == s->ns && d->path.v[i].ifindex == s->ifindex)
			return (int)i;
	return -1;
}

/* The answer passes the hops from the last to the first. */
static int place(const struct diagnosis *d, const struct sighting *s)
{
	int hop = story_hop(d, s);

	return s->kind == SIGHT_REPLY ? 2 * (int)d->path.n - hop : hop;
}

/* What came first; of the same namespace the capture's own order stands. */
static int compare(const struct diagnosis *d, const struct sighting *a, const struct sighting *b)
{
	if (a->us != b->us)
		return a->us < b->us ? -1 : 1;
	return a->ns == b->ns ? 0 : place(d, a) - place(d, b);
}

/* Bottom up, as equal ones have to stay in order and there may be tens of thousands. */
static void merge_sort(const struct diagnosis *d, story *list)
{
	_cleanup_(freep) struct story_line *room = xcalloc(list->n, sizeof(*room));

	for (size_t run = 1; run < list->n; run *= 2) {
		for (size_t from = 0; from < list->n; from += 2 * run) {
			size_t mid = from + run < list->n ? from + run : list->n;
			size_t end = mid + run < list->n ? mid + run : list->n;
			size_t a = from, b = mid;

			for (size_t i = from; i < end; i++) {
				bool left = a < mid && (b == end || compare(d, list->v[a].s, list->v[b].s) <= 0);

				room[i] = list->v[left ? a++ : b++];
			}
		}
		memcpy(list->v, room, list->n * sizeof(*room));
	}
}

/* --- words --- */

void story_where(const struct diagnosis *d, int ns, int ifindex, struct strbuf *b)
{
	const struct ns *n = report_ns(d, ns);

	strbuf_printf(b, "%s:%s", n ? n->name : "?", report_ifname(d, ns, ifindex).s);
}

static const struct probe *probe_of(const struct diagnosis *d, const struct sighting *s)
{
	return s->probe >= 0 && (size_t)s->probe < d->probes.n ? &d->probes.v[s->probe] : NULL;
}

/* "request 1 by icmp, the question" */
static void add_request(const struct diagnosis *d, const struct sighting *s, struct strbuf *b)
{
	const struct probe *p = probe_of(d, s);

	strbuf_printf(b, "request %d", s->attempt + 1);
	if (!p)
		return;
	strbuf_puts(b, " by ");
	show_protocol(b, p->proto, p->port);
	if (p->full)
		strbuf_printf(b, " of %u bytes", p->size);
	if (p->control)
		strbuf_puts(b, ", the host's own");
	else if (p->question && !p->full)
		strbuf_puts(b, ", the question");
}

static const char *answer_text(const struct packet *p)
{
	if (p->proto != PROTO_TCP)
		return "answer";
	return p->tcp_flags & TH_RST ? "RST" : "SYN-ACK";
}

static void add_error(const struct sighting *s, struct strbuf *b)
{
	strbuf_printf(b, "ICMP error %u/%u from %s about the %s of ", s->pkt.icmp_type,
		      s->pkt.icmp_code, addr_text(&s->pkt.src).s,
		      s->error_of_reply ? "answer" : "packet");
}

void story_what(const struct diagnosis *d, const struct sighting *s, struct strbuf *b)
{
	switch (s->kind) {
	case SIGHT_REQUEST:
		add_request(d, s, b);
		return;
	case SIGHT_REPLY:
		strbuf_printf(b, "%s to ", answer_text(&s->pkt));
		add_request(d, s, b);
		return;
	case SIGHT_ERROR:
		add_error(s, b);
		add_request(d, s, b);
		return;
	case SIGHT_ARP_REQUEST:
		strbuf_printf(b, "%s: who has %s?", s->arp_target.family == AF_INET6 ? "ND" : "ARP",
			      addr_text(&s->arp_target).s);
		return;
	case SIGHT_ARP_REPLY:
		strbuf_printf(b, "%s: %s is at %02x:%02x:%02x:%02x:%02x:%02x",
			      s->arp_sender.family == AF_INET6 ? "ND" : "ARP",
			      addr_text(&s->arp_sender).s, s->arp_sender_mac[0], s->arp_sender_mac[1],
			      s->arp_sender_mac[2], s->arp_sender_mac[3], s->arp_sender_mac[4],
			      s->arp_sender_mac[5]);
		return;
	}
}

/* --- the end of a packet --- */

static bool is_answered(const struct probe *p, int attempt)
{
	return attempt >= 0 && (size_t)attempt < p->attempts.n &&
	       p->attempts.v[attempt].outcome == PROBE_ANSWERED;
}

static const struct finding *cause_of(const struct diagnosis *d, const struct probe *p)
{
	vec_each(f, &d->findings)
		if (f->role == FINDING_CAUSE && f->protocols & (1u << p->proto))
			return f;
	return NULL;
}

/* Of each packet, by probe, attempt and direction: was it met already? */
struct met {
	VEC(bool) packets;
};

/* Is this the first time? Numbers that are none of ours were never met. */
static bool meet(const struct diagnosis *d, struct met *met, const struct sighting *s,
		 enum sight_kind kind)
{
	size_t at = ((size_t)s->probe * PROBE_ATTEMPTS + (size_t)s->attempt) * 2 +
		    (kind == SIGHT_REPLY);
	bool first;

	if (!probe_of(d, s) || s->attempt < 0 || s->attempt >= PROBE_ATTEMPTS)
		return false;
	while (met->packets.n <= at)
		vec_push(&met->packets, false);
	first = !met->packets.v[at];
	met->packets.v[at] = true;
	return first;
}

static const struct finding *end_of(const struct diagnosis *d, const struct sighting *s,
				    bool answer_seen)
{
	const struct probe *p = probe_of(d, s);
	const struct finding *f = p->control || is_answered(p, s->attempt) ? NULL : cause_of(d, p);

	/* an answer that nobody saw ended where its request arrived */
	if (!f || (s->kind == SIGHT_REPLY ? f->dir == DIR_REQUEST :
					    f->dir == DIR_REPLY && answer_seen))
		return NULL;
	return f;
}

/* From the last sighting to the first, so that an answer is met before its request. */
static void find_ends(const struct diagnosis *d, story *list)
{
	struct met met = { 0 };

	for (size_t i = list->n; i-- > 0;) {
		const struct sighting *s = list->v[i].s;

		if (s->kind == SIGHT_REPLY && meet(d, &met, s, SIGHT_REPLY))
			list->v[i].end = end_of(d, s, true);
		if (s->kind == SIGHT_REQUEST && meet(d, &met, s, SIGHT_REQUEST))
			list->v[i].end = end_of(d, s, !meet(d, &met, s, SIGHT_REPLY));
	}
	vec_free(&met.packets);
}

void story_tell(const struct diagnosis *d, story *ret)
{
	story list = { 0 };

	vec_each(s, &d->seen.sightings)
		vec_add(&list)->s = s;
	if (list.n)
		merge_sort(d, &list);
	find_ends(d, &list);
	*ret = list;
}
