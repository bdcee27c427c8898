/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link - interfaces and bridges */
#include <linux/if_bridge.h>
#include <stdio.h>

#include "faults/groups.h"
#include "faults/say.h"

/* --- link-missing --- */

static bool link_missing(const struct question *q, struct finding *f)
{
	const struct ns *ns = leg_ns(q);

	if (q->leg->stop != STOP_NO_ROUTE && q->leg->stop != STOP_NO_SOURCE)
		return false;
	if (q->leg->ns == NS_HOST)
		return false;
	vec_each(l, &ns->links)
		if (is_carrier(l))
			return false;
	say(f, q->leg->ns, ns->name, "%s has no network interface but the loopback", ns->name);
	say_evidence(f, "%s has %zu interface%s, none that leads out", ns->name, ns->links.n,
		     ns->links.n == 1 ? "" : "s");
	say_advice(f, "ip link add NAME type veth peer name PEER netns %s", shell_word(ns->name).s);
	return true;
}

/* --- link-down --- */

/*
 * Routes vanish with a link that goes down: where a lookup failed, the one
 * interface that is down and has an address for it.
 */
static const struct link *down_behind_lookup(const struct question *q)
{
	const struct ns *ns = leg_ns(q);
	const struct addr *dst = &q->leg->pkt.dst;
	const struct link *found = NULL;
	bool other_way = false;

	vec_each(l, &ns->links) {
		const struct iface_addr *any = ns_addr_on(ns, l->ifindex, dst->family,
							  &(struct addr){ 0 });
		const struct iface_addr *near = ns_addr_on(ns, l->ifindex, dst->family, dst);

		if (!is_carrier(l))
			continue;
		if (is_up(l)) {
			/* whoever has no address of the destination's to begin with may lack it there */
			other_way |= any != NULL || !addr_is_set(dst);
			continue;
		}
		if (near)
			return l;
		if (!any && !(q->leg->ns != NS_HOST && l->peer))
			continue;
		/* a bridge or a port is not what a router sends to the outside by */
		if (q->leg->ns == NS_HOST && (is_bridge(l) || l->master))
			continue;
		if (found)
			return NULL;
		found = l;
	}
	/* another interface with an address could have carried the route that is missing */
	return other_way && q->leg->ns != NS_HOST ? NULL : found;
}

/*
 * IPv6 takes the addresses of a link away when it goes down (addrconf_ifdown(), net/ipv6/addrconf.c), so they do not tell
 * what it held: the wire to the destination's owner, or the bridge that it is a port of, does.
 */
static const struct link *down_before_owner(const struct question *q, const struct leg *leg)
{
	const struct ns *ns = snapshot_ns(q->s, leg->ns);
	const struct link *end;
	int owner, ifindex, end_ns, end_if;

	if (leg->pkt.dst.family != AF_INET6 || !owner_of(q, &leg->pkt.dst, leg->ns, &owner, &ifindex) ||
	    !snapshot_peer(q->s, owner, ifindex, &end_ns, &end_if) || end_ns != leg->ns)
		return NULL;
	end = ns_link(ns, end_if);
	if (end && end->master)
		end = ns_link(ns, end->master);
	return end && !is_up(end) ? end : NULL;
}

/* A link that is down and would hold the destination's network more closely than the route that is left. */
static const struct link *down_holder(const struct question *q, const struct leg *leg)
{
	const struct ns *ns = snapshot_ns(q->s, leg->ns);
	const struct iface_addr *a;

	if (!leg->routed)
		return NULL;
	vec_each(l, &ns->links) {
		if (is_up(l) || !is_carrier(l))
			continue;
		a = ns_addr_on(ns, l->ifindex, leg->pkt.dst.family, &leg->pkt.dst);
		if (a && (!leg->lookup.route || leg->lookup.route->dst.len < a->prefix.len))
			return l;
	}
	return down_before_owner(q, leg);
}

static bool say_down(const struct question *q, struct finding *f, int ns, const struct link *l)
{
	char doing[64] = "";

	if (l->master)
		snprintf(doing, sizeof(doing), ", a port of %s", ifname(q, ns, l->master).s);
	else if (is_bridge(l))
		str_copy(doing, sizeof(doing), ", a bridge");
	say(f, ns, l->name, "the interface %s in %s is down", l->name, who(q, ns).s);
	say_evidence(f, "%s%s: IFF_UP is not set", l->name, doing);
	say_op(f, OP_LINK_UP, ns, l->ifindex);
	f->mark = "link down";
	return true;
}

/* On the way to where the packet is now, or by the route from here: did a link that is down turn it away? */
static bool turned_away(const struct question *q, struct finding *f)
{
	/* it got there all the same */
	if (q->leg->dir == DIR_REQUEST ? q->path->deliver_leg >= 0 : q->path->complete)
		return false;
	for (size_t i = 0; i <= q->index; i++) {
		const struct leg *leg = &q->path->legs.v[i];
		const struct link *l = leg->dir == q->leg->dir ? down_holder(q, leg) : NULL;

		if (l)
			return say_down(q, f, leg->ns, l);
	}
	return false;
}

/* Its ports are disabled then, whatever their own state. */
static bool bridge_is_down(const struct question *q, const struct link *port)
{
	const struct link *bridge = port->master ? ns_link(leg_ns(q), port->master) : NULL;

	return bridge && !is_up(bridge);
}

static bool link_down(const struct question *q, struct finding *f)
{
	const int ends[] = { q->leg->iif, q->leg->oif };
	const struct link *l;
	int peer_ns, peer_if;

	if (turned_away(q, f))
		return true;
	if ((q->leg->stop == STOP_NO_ROUTE || !addr_is_set(&q->leg->pkt.dst)) && q->leg->routed &&
	    !q->leg->lookup.route) {
		l = down_behind_lookup(q);
		return l ? say_down(q, f, q->leg->ns, l) : false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		l = ends[i] ? ns_link(leg_ns(q), ends[i]) : NULL;
		if (!l)
			continue;
		if (!is_up(l))
			return say_down(q, f, q->leg->ns, l);
		if (q->leg->kind == LEG_BRIDGED && bridge_is_down(q, l))
			return say_down(q, f, q->leg->ns, ns_link(leg_ns(q), l->master));
		if (ends[i] != q->leg->oif && q->leg->kind != LEG_WIRE)
			continue;
		if (!snapshot_peer(q->s, q->leg->ns, l->ifindex, &peer_ns, &peer_if) &&
		    !snapshot_parent(q->s, q->leg->ns, l->ifindex, &peer_ns, &peer_if))
			continue;
		l = ns_link(snapshot_ns(q->s, peer_ns), peer_if);
		if (l && !is_up(l))
			return say_down(q, f, peer_ns, l);
	}
	return false;
}

/* --- link-no-carrier --- */

static bool link_no_carrier(const struct question *q, struct finding *f)
{
	const struct link *l = q->leg->oif ? ns_link(leg_ns(q), q->leg->oif) : NULL;
	int peer_ns, peer_if;

	if (!l || !is_up(l) || l->carrier || is_bridge(l) || (l->flags & IFF_LOOPBACK))
		return false;
	say(f, q->leg->ns, l->name, "%s in %s is up but has no carrier", l->name,
	    who(q, q->leg->ns).s);
	say_evidence(f, "%s: IFF_UP is set, operstate says no carrier, still after a second", l->name);
	if (snapshot_peer(q->s, q->leg->ns, l->ifindex, &peer_ns, &peer_if))
		say_evidence(f, "its other end %s in %s is up", ifname(q, peer_ns, peer_if).s,
			     who(q, peer_ns).s);
	else if (l->peer)
		say_evidence(f, "its other end is in a namespace that is not known here");
	say_advice(f, "see what the other end of %s is connected to", l->name);
	f->mark = "no carrier";
	return true;
}

/* --- port-not-in-bridge, port-wrong-bridge --- */

struct port {
	const struct link *link, *bridge; /* bridge: where it belongs */
	int far;                          /* the namespace at its other end */
	struct addr far_addr;
};

/* An address without a network around it is one that packets are routed to: it asks for no bridge. */
static bool has_no_network(const struct ns *ns, const struct addr *a)
{
	vec_each(own, &ns->addrs)
		if (addr_eq(&own->prefix.addr, a))
			return own->prefix.len == addr_len(a->family) * 8;
	return false;
}

/* Fills p for the end in namespace ns of the veth of namespace far, where a bridge should hold it. */
static bool misplaced(const struct question *q, int ns, int far, const struct addr *far_addr,
		      struct port *p)
{
	const struct ns *here = snapshot_ns(q->s, ns);
	const struct link *l;

	if (far < 0 || far == ns || !addr_is_set(far_addr))
		return false;
	l = end_towards(q, ns, far);
	if (!l || routed_end(here, l))
		return false;
	*p = (struct port){ .link = l, .far = far, .far_addr = *far_addr };
	p->bridge = bridge_for(here, far_addr);
	if (p->bridge)
		return l->master != p->bridge->ifindex;
	return l->master == 0 && !has_no_network(snapshot_ns(q->s, far), far_addr);
}

/* A bridge has no carrier when none of its ports has: what is sent there is not even seen on it. */
static bool into_idle_bridge(const struct question *q)
{
	const struct link *l = q->leg->oif ? ns_link(leg_ns(q), q->leg->oif) : NULL;

	return l && is_bridge(l) && is_up(l) && !l->carrier &&
	       (q->leg->kind == LEG_FORWARD || q->leg->kind == LEG_SEND);
}

/* Nobody whom this leg can reach owns the next hop. */
static bool is_dead_end(const struct question *q)
{
	const struct leg *leg = q->leg;

	/* what is not for the bridge itself ends in it, and what the host sends into one without carrier before it */
	if ((leg->kind == LEG_BRIDGE_UP || into_idle_bridge(q)) && q->index + 1 < q->path->legs.n)
		leg++;
	return leg->stop == STOP_NO_PORT || leg->stop == STOP_NO_OWNER;
}

/* What came in by this leg's interface was sent to another MAC, say that of the bridge it should be in. */
static bool to_another_mac(const struct question *q)
{
	if (!q->ev || q->ev->loss != LOSS_PACKET)
		return false;
	vec_each(s, &q->facts->obs->sightings)
		if (s->ns == q->leg->ns && s->ifindex == q->leg->iif && !s->out && s->otherhost &&
		    s->kind == (q->leg->dir == DIR_REQUEST ? SIGHT_REQUEST : SIGHT_REPLY))
			return true;
	return false;
}

/* The misplaced port that stops this leg, if one does. */
static bool find_misplaced(const struct question *q, struct port *p)
{
	const struct leg *leg = q->leg;
	bool dead_end = is_dead_end(q);
	int ns, ifindex, peer_ns, peer_if;
	const struct addr *asker = &q->path->flow.src;

	/* the bridge knows no port that leads to the next hop: the one of its owner is elsewhere */
	if (dead_end) {
		if (owner_of(q, &leg->nexthop, leg->ns, &ns, &ifindex) &&
		    misplaced(q, leg->ns, ns, &leg->nexthop, p))
			return true;
	}
	if (leg->kind != LEG_FORWARD && leg->kind != LEG_DELIVER && leg->kind != LEG_BRIDGE_UP)
		return false;
	/* it came in by a port that is not where the sender's address belongs */
	if (!dead_end && !arp_failed(q) && !to_another_mac(q) &&
	    fib_rp_filter(leg_ns(q), leg->iif) == 0)
		return false;
	vec_each(l, &leg_ns(q)->links) {
		if (l->ifindex != leg->iif && l->master != leg->iif)
			continue;
		if (!snapshot_peer(q->s, leg->ns, l->ifindex, &peer_ns, &peer_if) ||
		    peer_ns != q->path->flow.src_ns)
			continue;
		return misplaced(q, leg->ns, peer_ns, asker, p);
	}
	return false;
}

static void say_port(const struct question *q, struct finding *f, const struct port *p)
{
	const struct ns *ns = leg_ns(q);

	say_evidence(f, "%s is the end in %s of %s's interface", p->link->name,
		     who(q, q->leg->ns).s, snapshot_ns(q->s, p->far)->name);
	if (p->bridge) {
		const struct iface_addr *a = ns_addr_on(ns, p->bridge->ifindex, p->far_addr.family,
							&p->far_addr);

		struct op *op = say_op(f, OP_LINK_MASTER, q->leg->ns, p->link->ifindex);

		if (a)
			say_evidence(f, "%s belongs to the network of %s (%s)",
				     addr_text(&p->far_addr).s, p->bridge->name,
				     prefix_text(&a->prefix).s);
		else
			say_evidence(f, "%s is the only bridge of %s", p->bridge->name,
				     who(q, q->leg->ns).s);
		op->value = p->bridge->ifindex;
		op->old = p->link->master;
	} else {
		say_advice(f, "ip link set dev %s master BRIDGE", shell_word(p->link->name).s);
	}
}

static bool port_not_in_bridge(const struct question *q, struct finding *f)
{
	struct port p;

	if (!find_misplaced(q, &p) || p.link->master)
		return false;
	say(f, q->leg->ns, p.link->name, "%s, %s's interface in %s, is a port of no bridge",
	    p.link->name, snapshot_ns(q->s, p.far)->name, who(q, q->leg->ns).s);
	say_port(q, f, &p);
	f->mark = "port of no bridge";
	return true;
}

static bool port_wrong_bridge(const struct question *q, struct finding *f)
{
	struct port p;

	if (!find_misplaced(q, &p) || !p.link->master)
		return false;
	say(f, q->leg->ns, p.link->name, "%s, %s's interface in %s, is a port of %s, not of %s",
	    p.link->name, snapshot_ns(q->s, p.far)->name, who(q, q->leg->ns).s,
	    ifname(q, q->leg->ns, p.link->master).s, p.bridge ? p.bridge->name : "its own bridge");
	say_port(q, f, &p);
	f->mark = "wrong bridge";
	return true;
}

/* --- bridge-port-blocked, bridge-port-isolated --- */

static const char *state_name(uint8_t state)
{
	static const char *const names[] = { "disabled", "listening", "learning", "forwarding",
					     "blocking" };

	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

static bool bridge_port_blocked(const struct question *q, struct finding *f)
{
	const int ends[] = { q->leg->iif, q->leg->oif };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		const struct link *l = ends[i] ? ns_link(leg_ns(q), ends[i]) : NULL;
		const struct link *bridge = l && l->master ? ns_link(leg_ns(q), l->master) : NULL;

		if (!l || !l->brport.is_port || l->brport.state == BR_STATE_FORWARDING)
			continue;
		say(f, q->leg->ns, l->name, "the bridge port %s does not forward (state %s)", l->name,
		    state_name(l->brport.state));
		say_evidence(f, "%s: port state %s, spanning tree %s", l->name,
			     state_name(l->brport.state), bridge && bridge->stp ? "on" : "off");
		if (bridge && bridge->stp) {
			say_advice(f, "wait until the spanning tree lets it forward, or: ip link set dev %s "
				      "type bridge forward_delay 200",
				   bridge->name);
		} else {
			struct op *op = say_op(f, OP_PORT_STATE, q->leg->ns, l->ifindex);

			op->value = BR_STATE_FORWARDING;
			op->old = l->brport.state;
		}
		f->mark = "port blocked";
		return true;
	}
	return false;
}

static bool bridge_port_isolated(const struct question *q, struct finding *f)
{
	const struct link *in = ns_link(leg_ns(q), q->leg->iif);
	const struct link *out = ns_link(leg_ns(q), q->leg->oif);
	struct op *op;

	if (!in || !out || !in->brport.isolated || !out->brport.isolated)
		return false;
	say(f, q->leg->ns, out->name, "the bridge ports %s and %s are isolated from each other",
	    in->name, out->name);
	say_evidence(f, "both ports carry the flag isolated: a bridge passes nothing between such ports");
	op = say_op(f, OP_PORT_ISOLATED, q->leg->ns, out->ifindex);
	op->value = 0;
	op->old = 1;
	f->mark = "ports isolated";
	return true;
}

/* --- mtu-mismatch --- */

static bool too_small(const struct question *q, const struct link *l)
{
	return l && l->mtu < q->probe->size;
}

/* Bridge and port agree on their MTU, it is the sender that has a larger one. */
static bool sender_too_large(const struct question *q, struct finding *f, const struct link *port)
{
	const struct leg *sender = sender_of(q);
	const struct link *l = sender ? ns_link(snapshot_ns(q->s, sender->ns), sender->oif) : NULL;
	struct op *op;

	if (!l || l->mtu <= port->mtu)
		return false;
	say(f, sender->ns, l->name, "%s in %s has an MTU of %u, and %s, by which the bridge sends it on, "
	    "one of %u", l->name, who(q, sender->ns).s, l->mtu, port->name, port->mtu);
	say_evidence(f, "a packet of %u bytes was lost there, a small one passed", q->probe->size);
	op = say_op(f, OP_LINK_MTU, sender->ns, l->ifindex);
	op->value = (int)port->mtu;
	op->old = (int)l->mtu;
	f->mark = "too large";
	return true;
}

static bool mtu_mismatch(const struct question *q, struct finding *f)
{
	const struct link *l = ns_link(leg_ns(q), q->leg->oif), *other = NULL;
	int peer_ns = q->leg->ns, peer_if;
	struct op *op;

	if (!q->probe || !q->probe->full || !l)
		return false;
	/* the far end of a veth refuses what is larger than its own MTU (is_skb_forwardable) */
	if (snapshot_peer(q->s, q->leg->ns, q->leg->oif, &peer_ns, &peer_if))
		other = ns_link(snapshot_ns(q->s, peer_ns), peer_if);
	if (too_small(q, other) && !too_small(q, l)) {
		const struct link *swap = l;

		l = other;
		other = swap;
	} else if (l->brport.is_port && too_small(q, l)) {
		/* a bridge drops what does not fit the port */
		other = ns_link(leg_ns(q), l->master);
		peer_ns = q->leg->ns;
		if (other->mtu <= l->mtu)
			return sender_too_large(q, f, l);
	} else {
		return false;
	}
	say(f, peer_ns, l->name, "full-size packets do not fit %s: its MTU is %u, that of %s is %u",
	    l->name, l->mtu, other->name, other->mtu);
	say_evidence(f, "a packet of %u bytes was lost there, a small one passed", q->probe->size);
	op = say_op(f, OP_LINK_MTU, peer_ns, l->ifindex);
	op->value = (int)other->mtu;
	op->old = (int)l->mtu;
	f->mark = "too large";
	return true;
}

#define BRIDGE_LEGS (LEG_BIT(LEG_BRIDGE_UP) | LEG_BIT(LEG_BRIDGED) | LEG_BIT(LEG_BRIDGE_DOWN))

static const struct fault rows[] = {
	{ .code = "link-missing",
	  .legs = LEG_BIT(LEG_SEND),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = link_missing,
	  .safety = SAFETY_MANUAL,
	  .means = "The namespace has no interface that could carry the packet.",
	  .proof = "The dump of its links shows the loopback only, and sending fails.",
	  .fix = "Create the interface: which one, and with which address, is a person's choice." },
	{ .code = "link-down",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = link_down,
	  .safety = SAFETY_SAFE,
	  .means = "An interface on the path is administratively down: either end of the veth, the "
		   "bridge or the uplink.",
	  .proof = "IFF_UP is clear and the packet was last seen before it.",
	  .fix = "ip link set dev X up. Routes that vanished with it do not all come back." },
	{ .code = "link-no-carrier",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN,
	  .match = link_no_carrier,
	  .safety = SAFETY_MANUAL,
	  .means = "An interface is up but has no carrier, and its other end cannot be found or is up.",
	  .proof = "The operational state, read again after a second since it lags.",
	  .fix = "Depends on what is at the other end." },
	{ .code = "port-not-in-bridge",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = port_not_in_bridge,
	  .safety = SAFETY_CONSENT,
	  .means = "The namespace's veth ends in the host in no bridge, with no address and no route.",
	  .proof = "It has no master; the packet is seen on the port and nowhere else.",
	  .fix = "ip link set dev X master BRIDGE, where exactly one bridge holds the network." },
	{ .code = "port-wrong-bridge",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = port_wrong_bridge,
	  .safety = SAFETY_CONSENT,
	  .means = "The port belongs to a bridge that does not hold the gateway's or target's network.",
	  .proof = "The addresses of its bridge against those of the namespace.",
	  .fix = "ip link set dev X master BRIDGE, where exactly one bridge holds the network." },
	{ .code = "bridge-port-blocked",
	  .legs = BRIDGE_LEGS,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = bridge_port_blocked,
	  .safety = SAFETY_CONSENT,
	  .means = "The bridge port is not forwarding: spanning tree delay, blocked or disabled.",
	  .proof = "The port's state, and a packet that enters the port and does not leave the bridge.",
	  .fix = "bridge link set dev X state 3; with spanning tree on, wait or shorten the delay." },
	{ .code = "bridge-port-isolated",
	  .legs = LEG_BIT(LEG_BRIDGED),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = bridge_port_isolated,
	  .safety = SAFETY_CONSENT,
	  .means = "Both bridge ports are isolated: a bridge passes nothing between isolated ports.",
	  .proof = "The flag on both ports.",
	  .fix = "bridge link set dev X isolated off, on one of them." },
	{ .code = "mtu-mismatch",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN,
	  .match = mtu_mismatch,
	  .safety = SAFETY_CONSENT,
	  .means = "The two ends of one link, or bridge and port, differ in MTU, so that full-size "
		   "packets die silently.",
	  .proof = "A small probe passes, a full-size one does not; the two MTUs.",
	  .fix = "ip link set dev X mtu N: the same on both ends." },
};

const struct fault_group faults_link = {
	.name = "link: interfaces and bridges",
	.rows = rows,
	.n = ARRAY_SIZE(rows),
};
