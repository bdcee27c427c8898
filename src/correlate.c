/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "correlate.h"

#include <linux/netfilter.h>
#include <netinet/tcp.h>

/* How long a packet may take from one interface of this host to the next. */
#define HOP_US 100000
/* How long a neighbour on a link of this host may take to answer; proxies wait up to proxy_delay (0.8 s). */
#define ARP_US       200000
#define PROXY_ARP_US 1000000
/* A resolution that was under way already asks again after retrans_time (1 s). */
#define RESOLVE_US   1100000

static bool watched(const struct observations *obs, int ns)
{
	return ns >= 0 && (size_t)ns < obs->capture_error.n && obs->capture_error.v[ns] == 0;
}

static bool same_direction(const struct sighting *s, enum direction dir)
{
	return s->kind == (dir == DIR_REQUEST ? SIGHT_REQUEST : SIGHT_REPLY);
}

static int point_of(const struct path *path, const struct sighting *s)
{
	const struct point *pt;

	if (s->kind != SIGHT_REQUEST && s->kind != SIGHT_REPLY)
		return -1;
	pt = path_point(path, s->ns, s->ifindex, s->out, s->kind == SIGHT_REQUEST ? DIR_REQUEST : DIR_REPLY);
	return pt ? (int)(pt - path->points.v) : -1;
}

/* Which attempts were seen at which point: a bit each. */
struct roll {
	size_t words; /* of a point's row */
	uint64_t *bits;
};

/* Notes an attempt at a point; false: it was seen there before. */
static bool note_attempt(struct roll *roll, int point, int attempt)
{
	uint64_t *word = &roll->bits[(size_t)point * roll->words + (size_t)attempt / 64];
	uint64_t bit = 1ull << (attempt % 64);
	bool first = !(*word & bit);

	*word |= bit;
	return first;
}

static void note_packet(struct evidence *e, const struct path *path, const struct sighting *s,
			size_t index, struct roll *roll)
{
	int pt = point_of(path, s);

	if (s->us > e->last_us)
		e->last_us = s->us;
	if (pt < 0) {
		/* ports of a bridge that floods are no detour */
		if (e->stray < 0)
			e->stray = (int)index;
		return;
	}
	if (pt == path->uplink_point)
		e->uplink_sighting = (int)index;
	if (note_attempt(roll, pt, s->attempt))
		e->seen.v[pt].packets++;
	if (!e->seen.v[pt].first_us)
		e->seen.v[pt].first_us = s->us;
	e->seen.v[pt].last_us = s->us;
	if (pt > e->last_point)
		e->last_point = pt;
	if (s->kind == SIGHT_REQUEST && pt > e->last_request)
		e->last_request = pt;
}

/* By whom the datagram was for, not by somebody on the way. */
static bool is_port_unreachable(const struct sighting *s)
{
	return s->kind == SIGHT_ERROR && !s->error_of_reply && addr_eq(&s->pkt.src, &s->inner.dst) &&
	       icmp_is_port_unreachable(s->pkt.src.family, s->pkt.icmp_type, s->pkt.icmp_code);
}

/* Is it about one of the attempts that are asked about? Those are all where there is no list. */
static bool is_about(const struct probe *probe, size_t index, const bool *only, int its_probe,
		     int attempt)
{
	return its_probe == (int)index && attempt >= 0 && (size_t)attempt < probe->attempts.n &&
	       (!only || only[attempt]);
}

static void note_sightings(struct evidence *e, const struct path *path, const struct probe *probe,
			   size_t index, const struct observations *obs, const bool *only)
{
	struct roll roll = { .words = probe->attempts.n / 64 + 1 };
	_cleanup_(freep) uint64_t *bits = xcalloc(path->points.n * roll.words, sizeof(*bits));

	roll.bits = bits;

	for (size_t i = 0; i < obs->sightings.n; i++) {
		const struct sighting *s = &obs->sightings.v[i];

		if (!is_about(probe, index, only, s->probe, s->attempt))
			continue;
		if (s->kind == SIGHT_REQUEST || s->kind == SIGHT_REPLY)
			note_packet(e, path, s, i, &roll);
		else if (s->kind == SIGHT_ERROR && e->error < 0)
			e->error = (int)i;
		if (s->kind == SIGHT_REPLY && (s->pkt.tcp_flags & TH_RST))
			e->refused = true;
		if (probe->proto == PROTO_UDP && is_port_unreachable(s))
			e->refused = true;
	}
}

static void note_trace(struct evidence *e, const struct probe *probe, size_t index,
		       const struct observations *obs, const bool *only)
{
	for (size_t i = 0; i < obs->traces.n; i++) {
		const struct trace_event *t = &obs->traces.v[i];

		if (!is_about(probe, index, only, t->probe, t->attempt) || !probe_sends(probe, &t->pkt) ||
		    t->type == TRACE_RETURN || t->verdict != NF_DROP)
			continue;
		/* an attempt that was answered all the same is no loss */
		if (probe->attempts.v[t->attempt].outcome != PROBE_ANSWERED)
			e->trace = (int)i;
	}
}

/* --- neighbour resolution --- */

static const struct leg *leg_of(const struct path *path, size_t point)
{
	return &path->legs.v[path->points.v[point].leg];
}

static uint64_t first_sent(const struct probe *probe)
{
	vec_each(a, &probe->attempts)
		if (a->sent_us)
			return a->sent_us;
	return 0;
}

static const struct sighting *find_arp(const struct observations *obs, enum sight_kind kind,
				       const struct addr *nexthop, int ns, int ifindex, bool out)
{
	vec_each(s, &obs->sightings) {
		const struct addr *about = kind == SIGHT_ARP_REQUEST ? &s->arp_target :
								       &s->arp_sender;

		if (s->kind == kind && s->ns == ns && s->ifindex == ifindex && s->out == out &&
		    addr_eq(about, nexthop))
			return s;
	}
	return NULL;
}

/*
 * Did an answer come in to who asked? What is sent to another MAC address, as by an interface without ND to its own, is
 * none.
 */
static bool was_answered(const struct observations *obs, const struct point *asker, const struct addr *nexthop)
{
	vec_each(s, &obs->sightings)
		if (s->kind == SIGHT_ARP_REPLY && s->ns == asker->ns && s->ifindex == asker->ifindex &&
		    s->out == !asker->out && !s->otherhost && addr_eq(&s->arp_sender, nexthop))
			return true;
	return false;
}

/*
 * The packet waits for its next hop's MAC before point `first` (the interface
 * of the leg that sends on this segment): how far did the question get?
 * Returns false where there was none.
 */
static bool follow_arp(struct evidence *e, const struct path *path, const struct observations *obs,
		       size_t first, uint64_t *ret_last)
{
	const struct leg *sender = leg_of(path, first);
	size_t end = first, reached = first;
	bool any = false;

	while (end < path->points.n && leg_of(path, end)->segment == sender->segment)
		end++;
	for (size_t i = first; i < end; i++) {
		const struct point *pt = &path->points.v[i];
		const struct sighting *s = find_arp(obs, SIGHT_ARP_REQUEST, &sender->nexthop, pt->ns,
						    pt->ifindex, pt->out);

		if (!s)
			continue;
		any = true;
		reached = i;
		e->seen.v[i].arp++;
		*ret_last = s->us;
	}
	if (!any)
		return false;
	/* it came back: the packet itself must have gone missing */
	if (was_answered(obs, &path->points.v[first], &sender->nexthop))
		return false;
	/* where did the answer get lost? Backwards from its owner */
	for (size_t i = first + 1; i < end; i++) {
		const struct point *pt = &path->points.v[i];

		if (!find_arp(obs, SIGHT_ARP_REPLY, &sender->nexthop, pt->ns, pt->ifindex, !pt->out))
			continue;
		e->loss = LOSS_ARP_REPLY;
		e->last_leg = (int)path->points.v[i].leg;
		break;
	}
	if (e->loss != LOSS_ARP_REPLY) {
		e->loss = reached + 1 == end ? LOSS_ARP_UNANSWERED : LOSS_ARP_REQUEST;
		e->last_leg = (int)path->points.v[reached].leg + 1;
	}
	e->arp_segment = (int)path->points.v[first].leg;
	/*
	 * A router asks for the same next hop for packets of its own: that what
	 * it forwards was waiting for it, too, is only likely.
	 */
	e->first_leg = sender->kind == LEG_FORWARD ? e->arp_segment : e->last_leg;
	return true;
}

/* --- the place of loss --- */

/* The legs between the last point seen and the next one that can be seen. */
static void locate(struct evidence *e, const struct path *path, const struct observations *obs,
		   int last_point)
{
	size_t leg = last_point < 0 ? 0 : path->points.v[last_point].leg + 1;

	e->first_leg = (int)leg;
	e->last_leg = (int)leg;
	for (; leg < path->legs.n; leg++) {
		const struct leg *l = &path->legs.v[leg];

		e->last_leg = (int)leg;
		if (l->stop != STOP_NONE)
			return;
		if (l->point >= 0 && watched(obs, path->points.v[l->point].ns))
			return;
	}
	if (e->first_leg >= (int)path->legs.n)
		e->first_leg = e->last_leg = (int)path->legs.n - 1;
}

static void judge_loss(struct evidence *e, const struct path *path, const struct probe *probe,
		       const struct observations *obs)
{
	uint64_t last_arp = 0;
	const struct leg *next;

	/* whoever refused did so where the request was last */
	if (e->refused || probe->outcome == PROBE_REFUSED) {
		locate(e, path, obs, e->last_request);
		e->last_leg = e->first_leg;
		e->loss = e->trace >= 0 ? LOSS_DROPPED : LOSS_REFUSED;
		return;
	}
	locate(e, path, obs, e->last_point);
	next = e->first_leg >= 0 && (size_t)e->first_leg < path->legs.n ?
		       &path->legs.v[e->first_leg] : NULL;
	if (e->trace >= 0) {
		e->loss = LOSS_DROPPED;
		return;
	}
	if (probe->outcome == PROBE_NOT_SENT) {
		e->loss = LOSS_NOT_SENT;
		return;
	}
	if (!watched(obs, probe->ns)) {
		e->loss = LOSS_UNSEEN;
		return;
	}
	/* a leg without a point before the one that sends: look for the sender's question */
	for (int i = e->first_leg; i >= 0 && i <= e->last_leg && (size_t)i < path->legs.n; i++) {
		const struct leg *l = &path->legs.v[i];

		if (l->point < 0 || (l->kind != LEG_SEND && l->kind != LEG_FORWARD))
			continue;
		if (follow_arp(e, path, obs, (size_t)l->point, &last_arp)) {
			if (last_arp > e->last_us)
				e->last_us = last_arp;
			return;
		}
	}
	if (next && next->kind == LEG_OUTSIDE)
		e->loss = LOSS_OUTSIDE;
	else
		e->loss = e->error >= 0 ? LOSS_REJECTED : LOSS_PACKET;
}

/* Did the request go on to the address that it was sent to, past the leg that takes it elsewhere? */
static bool went_on(const struct path *path, size_t index, const struct observations *obs)
{
	const struct leg *leg = &path->legs.v[path->taken_leg];

	vec_each(s, &obs->sightings)
		if (s->probe == (int)index && s->kind == SIGHT_REQUEST && s->ns == leg->ns && s->out &&
		    addr_eq(&s->pkt.dst, &path->flow.dst))
			return true;
	return false;
}

/* Did somebody else answer the asker, who then may have had no use for it? */
static bool another_answered(const struct path *path, size_t index, const struct observations *obs)
{
	vec_each(s, &obs->sightings)
		if (s->probe == (int)index && s->kind == SIGHT_REPLY && s->ns == path->flow.src_ns && !s->out &&
		    !addr_eq(&s->pkt.src, &path->flow.dst))
			return true;
	return false;
}

static bool is_taken(const struct path *path, const struct probe *probe, size_t index,
		     const struct observations *obs, const struct evidence *e)
{
	/* whether somebody is there or not: it is not whom a client outside was to be led to */
	if (path->flow.entry)
		return path->taken_leg >= 0 && e->trace < 0 && e->last_point >= 0;
	return path->taken_leg >= 0 &&
	       (probe->answered || e->refused || probe->outcome == PROBE_REFUSED ||
		another_answered(path, index, obs)) &&
	       !went_on(path, index, obs);
}

/* What was seen of those attempts; nothing is judged yet. */
static struct evidence gather(const struct path *path, const struct probe *probe, size_t index,
			      const struct observations *obs, const bool *only)
{
	struct evidence e = {
		.first_leg = -1,
		.last_leg = -1,
		.last_point = -1,
		.last_request = -1,
		.trace = -1,
		.error = -1,
		.stray = -1,
		.uplink_sighting = -1,
		.arp_segment = -1,
	};

	for (size_t i = 0; i < path->points.n; i++)
		(void)vec_add(&e.seen);
	for (size_t a = 0; a < probe->attempts.n; a++)
		e.sent += probe->attempts.v[a].sent_us != 0 && (!only || only[a]);
	note_sightings(&e, path, probe, index, obs, only);
	note_trace(&e, probe, index, obs, only);
	return e;
}

/* A packet that the kernel refused to send is a lost one. */
static bool is_tried(const struct attempt *a)
{
	return a->sent_us != 0 || (a->outcome == PROBE_NOT_SENT && !a->no_socket);
}

static unsigned int tried(const struct probe *probe)
{
	unsigned int n = 0;

	vec_each(a, &probe->attempts)
		n += is_tried(a);
	return n;
}

static bool is_lost(const struct attempt *a)
{
	return is_tried(a) && a->outcome != PROBE_ANSWERED;
}

void correlate_probe(const struct path *path, const struct probe *probe, size_t index,
		     const struct observations *obs, struct evidence *ret)
{
	struct evidence e = gather(path, probe, index, obs, NULL);

	e.answered = probe->answered > 0;
	e.partial = e.answered && probe->answered < tried(probe);
	if (is_taken(path, probe, index, obs, &e)) {
		e.answered = e.partial = false;
		e.loss = LOSS_TAKEN;
		e.first_leg = e.last_leg = path->taken_leg;
	}
	if (!e.answered && e.loss != LOSS_TAKEN)
		judge_loss(&e, path, probe, obs);
	*ret = e;
}

/* The furthest point that saw each attempt, -1: none; xcalloc'd. */
static int *furthest(const struct path *path, const struct probe *probe, size_t index,
		     const struct observations *obs)
{
	int *last = xcalloc(probe->attempts.n, sizeof(*last));

	for (size_t a = 0; a < probe->attempts.n; a++)
		last[a] = -1;
	vec_each(s, &obs->sightings) {
		int pt;

		if (!is_about(probe, index, NULL, s->probe, s->attempt))
			continue;
		pt = point_of(path, s);
		if (pt > last[s->attempt])
			last[s->attempt] = pt;
	}
	return last;
}

void correlate_lost(const struct path *path, const struct probe *probe, size_t index,
		    const struct observations *obs, struct evidence *ret)
{
	_cleanup_(freep) int *last = furthest(path, probe, index, obs);
	_cleanup_(freep) unsigned int *ended = xcalloc(path->points.n + 1, sizeof(*ended));
	_cleanup_(freep) bool *only = xcalloc(probe->attempts.n, sizeof(*only));
	int most = -1;

	for (size_t a = 0; a < probe->attempts.n; a++)
		if (is_lost(&probe->attempts.v[a]))
			ended[last[a] + 1]++;
	for (size_t i = 0; i <= path->points.n; i++)
		if (ended[i] > ended[most + 1])
			most = (int)i - 1;
	for (size_t a = 0; a < probe->attempts.n; a++)
		only[a] = is_lost(&probe->attempts.v[a]) && last[a] == most;
	*ret = gather(path, probe, index, obs, only);
	ret->sent = ended[most + 1];
	judge_loss(ret, path, probe, obs);
}

void evidence_done(struct evidence *e)
{
	vec_free(&e->seen);
}

/* --- while probes run --- */

static bool is_proxied(const struct path *path, int segment)
{
	vec_each(leg, &path->legs)
		if (leg->proxied && leg->incoming == segment)
			return true;
	return false;
}

/* A datagram that came to its target is answered by a program there, when it likes. */
static bool is_with_service(const struct path *path, const struct evidence *e)
{
	return path->flow.proto == PROTO_UDP && e->loss == LOSS_PACKET && path->deliver_leg >= 0 &&
	       e->first_leg == path->deliver_leg;
}

/* What waited here for its neighbour's address has left later than it was sent, by so much. */
static uint64_t held_back(const struct path *path, const struct evidence *e, uint64_t sent_us)
{
	size_t uplink = (size_t)path->uplink_point;
	uint64_t left = path->uplink_point >= 0 && uplink < e->seen.n ? e->seen.v[uplink].last_us : 0;

	return left > sent_us ? left - sent_us : 0;
}

enum settle correlate_settle(const struct path *path, const struct probe *probe, size_t index,
			     const struct observations *obs, uint64_t now, uint64_t pace_us,
			     uint64_t timeout_us, uint64_t *ret_wake_us)
{
	uint64_t first = first_sent(probe), newest = first, patience = HOP_US, since, due;
	struct evidence e;
	enum settle answer;
	bool outside;

	vec_each(a, &probe->attempts)
		if (a->sent_us > newest)
			newest = a->sent_us;
	correlate_probe(path, probe, index, obs, &e);
	outside = e.loss == LOSS_OUTSIDE || e.loss == LOSS_UNSEEN || is_with_service(path, &e) ||
		  (e.last_leg >= 0 && (size_t)e.last_leg < path->legs.n &&
		   (path->legs.v[e.last_leg].kind == LEG_OUTSIDE ||
		    path->legs.v[e.last_leg].kind == LEG_LEAVE));
	since = e.last_us > newest ? e.last_us : newest;
	if (e.loss == LOSS_ARP_REQUEST || e.loss == LOSS_ARP_UNANSWERED || e.loss == LOSS_ARP_REPLY) {
		patience = is_proxied(path, e.arp_segment) ? PROXY_ARP_US : ARP_US;
		since = newest;
	}
	for (int i = e.first_leg; i >= 0 && i <= e.last_leg && (size_t)i < path->legs.n; i++)
		if (path->legs.v[i].resolving && e.arp_segment < 0)
			patience = RESOLVE_US;
	if (e.loss == LOSS_DROPPED) {
		answer = SETTLE_LOST;
	} else if (outside) {
		due = newest + pace_us;
		if (now >= due) {
			answer = SETTLE_RETRY;
			due = first + timeout_us + held_back(path, &e, newest);
		} else {
			answer = e.loss == LOSS_OUTSIDE ? SETTLE_BEYOND : SETTLE_WAIT;
		}
		*ret_wake_us = due;
	} else if (e.answered) {
		answer = SETTLE_WAIT;
		*ret_wake_us = now + HOP_US;
	} else {
		answer = now >= since + patience ? SETTLE_LOST : SETTLE_WAIT;
		*ret_wake_us = since + patience;
	}
	evidence_done(&e);
	return answer;
}

bool correlate_passed(const struct observations *obs, size_t probe, const struct point *pt)
{
	vec_each(s, &obs->sightings)
		if (s->probe == (int)probe && s->ns == pt->ns && s->ifindex == pt->ifindex &&
		    s->out == pt->out &&
		    same_direction(s, pt->dir))
			return true;
	return false;
}
