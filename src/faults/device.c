/* SPDX-License-Identifier: GPL-2.0-or-later */
/* device - what stands on an interface before and behind everything else: XDP and traffic control; and what it left undone */
#include "faults/groups.h"
#include "faults/say.h"

/* --- xdp-drop --- */

/* The interface at which a wire ends, for what got lost on it. */
static const struct link *wire_end(const struct question *q, int *ret_ns)
{
	int ifindex;

	/* the answer to ARP goes the other way */
	if (q->ev->loss == LOSS_ARP_REPLY) {
		*ret_ns = q->leg->ns;
		return (int)q->index == q->ev->last_leg ? ns_link(leg_ns(q), q->leg->iif) : NULL;
	}
	return snapshot_peer(q->s, q->leg->ns, q->leg->oif, ret_ns, &ifindex) ?
		       ns_link(snapshot_ns(q->s, *ret_ns), ifindex) : NULL;
}

static bool xdp_drop(const struct question *q, struct finding *f)
{
	const struct link *l;
	int ns;

	if (q->ev->loss == LOSS_ARP_UNANSWERED)
		return false;
	l = wire_end(q, &ns);
	if (!l || !l->xdp || !is_up(l))
		return false;
	say(f, ns, l->name, "an XDP program on %s in %s takes the packet before anything else sees it", l->name,
	    who(q, ns).s);
	if (l->xdp_id)
		say_evidence(f, "XDP program %u is attached to %s", l->xdp_id, l->name);
	else
		say_evidence(f, "an XDP program is attached to %s", l->name);
	say_evidence(f, "the other end of its wire sent the packet");
	say_advice(f, "ip link set dev %s xdp off   # by whom the program belongs to", shell_word(l->name).s);
	f->mark = "taken by XDP";
	return true;
}

/* --- tc-drop --- */

/* Every packet that this program sent or caused to be sent at a place: at most so many can be its own. */
static uint32_t own_packets(const struct question *q)
{
	uint32_t n = q->facts->sent;

	vec_each(s, &q->facts->obs->sightings)
		n += s->kind == SIGHT_ARP_REQUEST && s->out;
	return n;
}

static bool tc_drop(const struct question *q, struct finding *f)
{
	const struct tc_filter *filter;
	const struct queue_count *c = tc_dropped(q, &filter);
	const struct link *l = c ? ns_link(leg_ns(q), c->ifindex) : NULL;

	if (!l)
		return false;
	if (filter)
		say(f, c->ns, l->name, "a filter of traffic control on %s in %s (%s) drops it", l->name,
		    who(q, c->ns).s, filter->egress ? "egress" : "ingress");
	else
		say(f, c->ns, l->name, "the queue of %s in %s (%s) drops it", l->name, who(q, c->ns).s, c->kind);
	say_evidence(f, "%s of %s has dropped %u packet%s meanwhile", c->kind, l->name, c->packets,
		     c->packets == 1 ? "" : "s");
	if (filter) {
		say_evidence(f, "filter: %s, preference %u", filter->kind, filter->prio);
		say_advice(f, "tc filter show dev %s %s   # and delete the one that drops it, by whom it belongs to",
			   shell_word(l->name).s, filter->egress ? "egress" : "ingress");
	} else {
		say_advice(f, "tc -s qdisc show dev %s   # a longer queue, a higher rate or a larger burst",
			   shell_word(l->name).s);
	}
	/* it counts everybody's */
	if (c->packets > own_packets(q))
		f->confidence = LIKELY;
	f->mark = "dropped by tc";
	return true;
}

/* --- checksum-bad --- */

/* How many packets like this one its namespace has dropped for their checksum meanwhile; 0 also where nobody knows. */
static uint32_t bad_checksums(const struct question *q)
{
	const struct bad_checksums *was = &leg_ns(q)->checksums, *now = &leg_ns(q)->checksums_later;
	bool v6 = q->leg->pkt.dst.family == AF_INET6;

	if (!was->known || !now->known)
		return 0;
	switch (q->path->flow.proto) {
	case PROTO_TCP:
		return now->tcp - was->tcp;
	case PROTO_UDP:
		return v6 ? now->udp6 - was->udp6 : now->udp - was->udp;
	case PROTO_ICMP:
		return v6 ? now->icmp6 - was->icmp6 : now->icmp - was->icmp;
	case PROTO_COUNT:
		break;
	}
	return 0;
}

/*
 * Where it was for this namespace; or where it would have to be translated back first: what has a wrong checksum
 * belongs to no connection (nf_checksum(), net/netfilter/utils.c), so that it is for this namespace, too.
 */
static bool checksum_bad(const struct question *q, struct finding *f)
{
	const char *proto = proto_name(q->path->flow.proto);
	uint32_t n = bad_checksums(q);
	const struct leg *sender = q->leg->dir == DIR_REQUEST ? &q->path->legs.v[0] : NULL;
	struct ifname in = ifname(q, q->leg->ns, q->leg->iif);

	if (q->ev->loss != LOSS_PACKET || n == 0 || n < q->ev->sent ||
	    (q->leg->kind == LEG_FORWARD && (q->leg->dir == DIR_REQUEST || !q->path->snat)))
		return false;
	/* a service may be silent, and the others' datagrams bad */
	if (q->path->flow.proto == PROTO_UDP && n != q->ev->sent)
		return false;
	say(f, q->leg->ns, in.s, "%s packets come in by %s in %s with wrong checksums, and are dropped there", proto, in.s,
	    who(q, q->leg->ns).s);
	say_evidence(f, "%s has dropped %u %s packet%s for their checksum meanwhile (InCsumErrors)", who(q, q->leg->ns).s, n,
		     proto, n == 1 ? "" : "s");
	if (sender && !q->path->flow.entry)
		say_advice(f, "ethtool -K %s tx off   # in %s, or on the tunnel that leaves checksums to others",
			   shell_word(ifname(q, sender->ns, sender->oif).s).s, who(q, sender->ns).s);
	else
		say_advice(f, "ethtool -K … tx off, where they are sent or on a tunnel that leaves checksums to others");
	/* it counts everybody's */
	if (n > (q->path->flow.proto == PROTO_ICMP ? q->facts->sent : q->ev->sent))
		f->confidence = LIKELY;
	f->mark = "wrong checksum";
	return true;
}

static const struct fault rows[] = {
	{ .code = "xdp-drop",
	  .legs = LEG_BIT(LEG_WIRE),
	  .ask = ASK_SEEN,
	  .match = xdp_drop,
	  .safety = SAFETY_MANUAL,
	  .means = "An XDP program on the path drops or diverts the packet.",
	  .proof = "A program on the interface, and packets that leave the other end of its wire and never come in.",
	  .fix = "By whom the program belongs to." },
	{ .code = "tc-drop",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_LAST,
	  .match = tc_drop,
	  .safety = SAFETY_MANUAL,
	  .means = "A traffic control filter or queue drops the packet.",
	  .proof = "Packets end there, nothing else explains it, and the counter of the queue, or of the filters' "
		   "place, has risen meanwhile.",
	  .fix = "tc filter del …, by whom it belongs to; a longer queue, a higher rate." },
	{ .code = "checksum-bad",
	  .legs = LEG_BIT(LEG_DELIVER) | LEG_BIT(LEG_FORWARD),
	  .ask = ASK_LAST,
	  .match = checksum_bad,
	  .safety = SAFETY_MANUAL,
	  .means = "Packets arrive with wrong checksums and are dropped: whoever sends them leaves checksums to an "
		   "interface that does not fill them in.",
	  .proof = "Packets that come in and end there, nothing else that explains it, and the kernel's counter of bad "
		   "checksums, which has risen meanwhile; never a capture: local checksums are unfinished there.",
	  .fix = "ethtool -K X tx off, on the interface that sends them or on the tunnel." },
};

const struct fault_group faults_device = {
	.name = "link: traffic control, XDP and offloads",
	.rows = rows,
	.n = ARRAY_SIZE(rows),
};
