/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "faults/nd.h"

#include <linux/neighbour.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>

#include "faults/say.h"
#include "fib.h"
#include "predict.h"

/* IPv6 header, 24 bytes of ICMPv6, one option with the link-layer address (RFC 4861, 4.3 and 4.4). */
#define ND_SIZE (40 + 24 + 8)

#define MAX_PLACES 16

/* The hooks that one of the two messages passes on a leg, in its order. */
struct passage {
	struct fw_place at[MAX_PLACES];
	size_t n;
	bool ip6;                /* or ARP, of which the hooks of IP see nothing */
};

const char *nd_name(const struct packet *pkt)
{
	if (pkt->arp)
		return pkt->arp == ARPOP_REQUEST ? "ARP requests" : "ARP replies";
	return pkt->icmp_type == ND_NEIGHBOR_SOLICIT ? "neighbour solicitations" :
						       "neighbour advertisements";
}

/* ff02::1:ffXX:XXXX (RFC 4291, 2.7.1) */
static struct addr solicited_node(const struct addr *a)
{
	struct addr group = { .family = AF_INET6, .b = { 0xff, 0x02, [11] = 1, [12] = 0xff } };

	memcpy(group.b + 13, a->b + 13, 3);
	return group;
}

/* The source of the packet that waits, where that is an own one; else as for any packet (ndisc_solicit(), arp_solicit()). */
static struct addr asker(const struct question *q, const struct leg *sender)
{
	const struct ns *ns = snapshot_ns(q->s, sender->ns);
	const struct iface_addr *near;

	if (sender->nexthop.family == AF_INET6)
		return ns_answers(ns, sender->oif, &sender->pkt.src) ?
			       sender->pkt.src : fib_source6(ns, sender->oif, &sender->nexthop);
	if (ns_addr(ns, &sender->pkt.src))
		return sender->pkt.src;
	near = ns_addr_on(ns, sender->oif, AF_INET, &sender->nexthop);
	return near ? near->prefix.addr : (struct addr){ 0 };
}

/* What is asked for, by whomever. */
static void solicit(struct packet *pkt, const struct addr *target)
{
	pkt->dst = solicited_node(target);
	pkt->proto = PROTO_ICMP;
	pkt->icmp_type = ND_NEIGHBOR_SOLICIT;
	pkt->ttl = 255;
	pkt->size = ND_SIZE;
	pkt->ct = CT_UNTRACKED;
}

/* The answer to it. */
static void answer(struct packet *pkt, const struct addr *target)
{
	pkt->dst = pkt->src;
	pkt->src = *target;
	if (pkt->arp)
		pkt->arp = ARPOP_REPLY;
	else
		pkt->icmp_type = ND_NEIGHBOR_ADVERT;
}

static struct packet solicitation(const struct question *q, const struct leg *sender)
{
	struct packet pkt = { .src = asker(q, sender) };

	predict_smac(&pkt, ns_link(snapshot_ns(q->s, sender->ns), sender->oif));
	if (sender->nexthop.family == AF_INET) {
		pkt.dst = sender->nexthop;
		pkt.arp = ARPOP_REQUEST;
		pkt.ct = CT_INVALID;
		return pkt;
	}
	solicit(&pkt, &sender->nexthop);
	return pkt;
}

/* The interface that the answer comes from, where it is known. */
static const struct link *answerer(const struct question *q, const struct leg *sender)
{
	const struct link *end;
	int ns, ifindex;

	if (owner_of(q, &sender->nexthop, sender->ns, &ns, &ifindex) && ns != NS_HOST)
		return ns_link(snapshot_ns(q->s, ns), ifindex);
	if (segment_end(q, sender->ns, sender->oif, &ns, &end) &&
	    ns_is_local_by(snapshot_ns(q->s, ns), end->ifindex, &sender->nexthop))
		return end;
	return NULL;
}

static struct packet advertisement(const struct question *q, const struct leg *sender)
{
	struct packet pkt = solicitation(q, sender);

	predict_smac(&pkt, answerer(q, sender));
	answer(&pkt, &sender->nexthop);
	return pkt;
}

static void ip_hook(struct passage *p, int ns, enum hook hook, int ifindex)
{
	bool in = hook == HOOK_INGRESS || hook == HOOK_PREROUTING || hook == HOOK_INPUT;

	p->at[p->n++] = (struct fw_place){ .ns = ns, .hook = hook,
					   .iif = in ? ifindex : 0, .oif = in ? 0 : ifindex };
}

static void bridge_hook(struct passage *p, int ns, enum hook hook, int bridge, int in, int out)
{
	p->at[p->n++] = (struct fw_place){ .ns = ns, .hook = hook, .bridge = true,
					   .iif = in ? in : bridge, .oif = out ? out : bridge,
					   .port_in = in, .port_out = out };
}

/* bridge-nf: the hooks of IP, as the bridge's own device has them */
static void bridged_ip_hook(struct passage *p, const struct ns *here, int ns, enum hook hook, int bridge, int in,
			    int out)
{
	if (!p->ip6 || !ns_bridge_nf(here, bridge, AF_INET6))
		return;
	p->at[p->n++] = (struct fw_place){ .ns = ns, .hook = hook,
					   .iif = hook == HOOK_POSTROUTING ? 0 : bridge,
					   .oif = hook == HOOK_PREROUTING ? 0 : bridge,
					   .port_in = in, .port_out = out,
					   .netfilter_bridged = true };
}

/* To the namespace itself by an interface, and from it. */
static void receive(struct passage *p, int ns, int ifindex)
{
	ip_hook(p, ns, HOOK_INGRESS, ifindex);
	ip_hook(p, ns, HOOK_PREROUTING, ifindex);
	ip_hook(p, ns, HOOK_INPUT, ifindex);
}

static void transmit(struct passage *p, int ns, int ifindex)
{
	ip_hook(p, ns, HOOK_OUTPUT, ifindex);
	ip_hook(p, ns, HOOK_POSTROUTING, ifindex);
	ip_hook(p, ns, HOOK_EGRESS, ifindex);
}

/* From a port up to the bridge, and from the bridge down to a port. */
static void climb(struct passage *p, const struct ns *here, int ns, int bridge, int port)
{
	ip_hook(p, ns, HOOK_INGRESS, port);
	bridge_hook(p, ns, HOOK_PREROUTING, bridge, port, 0);
	bridged_ip_hook(p, here, ns, HOOK_PREROUTING, bridge, port, 0);
	bridge_hook(p, ns, HOOK_INPUT, bridge, port, 0);
}

static void descend(struct passage *p, int ns, int bridge, int port)
{
	bridge_hook(p, ns, HOOK_OUTPUT, bridge, 0, port);
	bridge_hook(p, ns, HOOK_POSTROUTING, bridge, 0, port);
	ip_hook(p, ns, HOOK_EGRESS, port);
}

static void traverse(struct passage *p, const struct ns *here, int ns, int bridge, int in, int out)
{
	ip_hook(p, ns, HOOK_INGRESS, in);
	bridge_hook(p, ns, HOOK_PREROUTING, bridge, in, 0);
	bridged_ip_hook(p, here, ns, HOOK_PREROUTING, bridge, in, 0);
	bridge_hook(p, ns, HOOK_FORWARD, bridge, in, out);
	bridged_ip_hook(p, here, ns, HOOK_FORWARD, bridge, in, out);
	bridge_hook(p, ns, HOOK_POSTROUTING, bridge, in, out);
	bridged_ip_hook(p, here, ns, HOOK_POSTROUTING, bridge, in, out);
	ip_hook(p, ns, HOOK_EGRESS, out);
}

static bool sends(const struct question *q)
{
	return q->leg->segment == (int)q->index;
}

/* What the leg is to a message that goes with the packet (advert: against it) on the segment of `sender`. */
static void find_passage(const struct question *q, bool own, bool advert, struct passage *p)
{
	const struct leg *l = q->leg;
	const struct ns *here = leg_ns(q);
	const struct link *port = ns_link(here, l->iif);
	int bridge = port && port->master ? port->master : 0;

	p->n = 0;
	p->ip6 = q->leg->pkt.dst.family == AF_INET6;
	if (own) {
		(advert ? receive : transmit)(p, l->ns, l->oif);
		return;
	}
	switch (l->kind) {
	case LEG_FORWARD:
	case LEG_DELIVER:
		(advert ? transmit : receive)(p, l->ns, l->iif);
		return;
	case LEG_BRIDGE_UP:
		if (advert)
			descend(p, l->ns, l->oif, l->iif);
		else
			climb(p, here, l->ns, l->oif, l->iif);
		return;
	case LEG_BRIDGE_DOWN:
		if (advert)
			climb(p, here, l->ns, l->iif, l->oif);
		else
			descend(p, l->ns, l->iif, l->oif);
		return;
	case LEG_BRIDGED:
		traverse(p, here, l->ns, bridge, advert ? l->oif : l->iif, advert ? l->iif : l->oif);
		return;
	case LEG_SEND:
	case LEG_WIRE:
	case LEG_OUTSIDE:
	case LEG_ENTER:
	case LEG_LEAVE:
		return;
	}
}

static bool dropped(const struct question *q, const struct passage *p, const struct packet *pkt,
		    struct nd_drop *ret)
{
	for (size_t i = 0; i < p->n; i++) {
		struct fw_result res;

		fw_eval(q->s, &p->at[i], pkt, &res);
		if (res.verdict != FW_DROP || !res.base)
			continue;
		*ret = (struct nd_drop){ .at = p->at[i], .pkt = *pkt, .res = res };
		return true;
	}
	return false;
}

/* Must the sender ask, as far as the configuration tells? */
static bool must_ask(const struct question *q, const struct leg *sender)
{
	const struct neigh *n = ns_neigh(snapshot_ns(q->s, sender->ns), sender->oif, &sender->nexthop);

	return !n || n->state == NUD_NONE || n->state & (NUD_INCOMPLETE | NUD_FAILED);
}

/* Does the packet wait for its next hop's MAC, on the segment that this leg sends on or belongs to? */
static bool waits(const struct question *q, bool own, const struct leg *sender)
{
	int segment = own ? (int)q->index : q->leg->incoming;

	/* what came from the next hop told its MAC */
	if (!q->ev)
		return sender->dir == DIR_REQUEST && must_ask(q, sender);
	if (q->ev->arp_segment >= 0)
		return q->ev->arp_segment == segment;
	/* the question never left, or the answer came as far as the interface: then only the packet is missing */
	return own && q->ev->last_point < q->leg->point && must_ask(q, sender);
}

static bool drop_on_segment(const struct question *q, bool own, bool advert, struct nd_drop *ret)
{
	const struct leg *sender = own ? q->leg : q->leg->incoming >= 0 ? &q->path->legs.v[q->leg->incoming] : NULL;
	struct packet pkt;
	struct passage p;

	if (!sender || sender->nexthop.family != q->leg->pkt.dst.family || sender->dir != q->leg->dir ||
	    !waits(q, own, sender))
		return false;
	pkt = advert ? advertisement(q, sender) : solicitation(q, sender);
	if (!pkt.arp && !addr_is_set(advert ? &pkt.dst : &pkt.src))
		return false;
	find_passage(q, own, advert, &p);
	if (!dropped(q, &p, &pkt, ret))
		return false;
	ret->target = sender->nexthop;
	return true;
}

bool nd_drop_on(const struct question *q, struct nd_drop *ret)
{
	if (drop_on_segment(q, false, false, ret) || drop_on_segment(q, false, true, ret))
		return true;
	return sends(q) && (drop_on_segment(q, true, false, ret) || drop_on_segment(q, true, true, ret));
}

bool nd_answer_drop_on(const struct question *q, struct nd_drop *ret)
{
	return drop_on_segment(q, false, true, ret) || (sends(q) && drop_on_segment(q, true, true, ret));
}

/* Somebody asked for an own address by the interface, and nothing was seen to go out in answer; NULL: not. */
static const struct sighting *asked_in_vain(const struct question *q, int ifindex)
{
	const struct sighting *asked = NULL;

	vec_each(s, &q->facts->obs->sightings) {
		if (s->ns != q->leg->ns || s->ifindex != ifindex)
			continue;
		if (s->kind == SIGHT_ARP_REQUEST && !s->out && ns_answers(leg_ns(q), ifindex, &s->arp_target))
			asked = s;
		if (s->kind == SIGHT_ARP_REPLY && s->out)
			return NULL;
	}
	return asked;
}

bool nd_drop_outside(const struct question *q, struct nd_drop *ret)
{
	const struct sighting *s = q->leg->kind == LEG_OUTSIDE && q->ev ? asked_in_vain(q, q->leg->iif) : NULL;
	struct passage p = { 0 };
	struct packet pkt;

	/* rules of IP see nothing of ARP */
	if (!s || s->arp_target.family != AF_INET6)
		return false;
	pkt = (struct packet){ .src = s->arp_sender };
	solicit(&pkt, &s->arp_target);
	receive(&p, q->leg->ns, q->leg->iif);
	if (!dropped(q, &p, &pkt, ret)) {
		answer(&pkt, &s->arp_target);
		p.n = 0;
		transmit(&p, q->leg->ns, q->leg->iif);
		if (!dropped(q, &p, &pkt, ret))
			return false;
	}
	ret->target = s->arp_target;
	return true;
}

bool nd_answer_lost(const struct question *q)
{
	const struct tc_filter *filter;
	struct nd_drop nd;

	return (q->ev && q->ev->loss == LOSS_ARP_REPLY) || nd_drop_on(q, &nd) || tc_dropped(q, &filter);
}
