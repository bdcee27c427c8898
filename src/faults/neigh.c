/* SPDX-License-Identifier: GPL-2.0-or-later */
/* neigh - ARP, and what else is between two interfaces of one segment */
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdio.h>

#include "faults/groups.h"
#include "faults/nd.h"
#include "faults/say.h"
#include "fib.h"

/* --- arp-disabled --- */

static const char *requests(const struct question *q)
{
	return q->leg->pkt.dst.family == AF_INET6 ? "neighbour solicitations" : "ARP requests";
}

static bool refuses_arp(const struct link *l)
{
	return l && l->type == ARPHRD_ETHER && (l->flags & IFF_NOARP) && is_up(l);
}

static bool say_noarp(const struct question *q, struct finding *f, int ns, const struct link *l)
{
	say(f, ns, l->name, "%s is switched off on %s in %s", resolution(q), l->name, who(q, ns).s);
	say_evidence(f, "%s: IFF_NOARP is set", l->name);
	say_op(f, OP_LINK_ARP, ns, l->ifindex);
	f->mark = q->leg->pkt.dst.family == AF_INET6 ? "no ND" : "no ARP";
	return true;
}

static bool arp_disabled(const struct question *q, struct finding *f)
{
	const struct leg *sender = sender_of(q);
	const struct link *l;
	int ns, ifindex;

	if (!sender || sender->dir != q->leg->dir)
		return false;
	l = ns_link(snapshot_ns(q->s, sender->ns), sender->oif);
	if (refuses_arp(l))
		return say_noarp(q, f, sender->ns, l);
	if (!arp_failed(q) && !by_model(q))
		return false;
	if (owner_of(q, &sender->nexthop, sender->ns, &ns, &ifindex)) {
		const struct neigh *n = ns_neigh(snapshot_ns(q->s, sender->ns), sender->oif,
						 &sender->nexthop);

		if (by_model(q) && n && (n->state & (NUD_PERMANENT | NUD_REACHABLE)))
			return false;
		l = ns_link(snapshot_ns(q->s, ns), ifindex);
		if (refuses_arp(l))
			return say_noarp(q, f, ns, l);
	}
	return false;
}

/* "Do not reply for all local addresses" (arp_ignore, Documentation/networking/ip-sysctl.rst). */
#define ARP_IGNORE_ALL 8

/* The owner of the next hop is told to answer nobody. */
static bool arp_ignored(const struct question *q, struct finding *f)
{
	const struct leg *sender = sender_of(q);
	const struct link *l;
	struct op *op;
	int ns, ifindex;
	bool all;

	if (!sender || sender->dir != q->leg->dir || sender->nexthop.family != AF_INET || !arp_failed(q) ||
	    q->ev->loss != LOSS_ARP_UNANSWERED ||
	    !owner_of(q, &sender->nexthop, sender->ns, &ns, &ifindex))
		return false;
	l = ns_link(snapshot_ns(q->s, ns), ifindex);
	all = snapshot_ns(q->s, ns)->all.arp_ignore == ARP_IGNORE_ALL;
	if (!l || !l->inet.known || (!all && l->inet.arp_ignore != ARP_IGNORE_ALL))
		return false;
	op = say_switch(q, f, ns, ifindex, "arp_ignore", 0, ARP_IGNORE_ALL);
	if (all)
		op->sysctl = snapshot_intern(q->s, "net.ipv4.conf.all.arp_ignore");
	say(f, ns, op->sysctl, "%s in %s answers no ARP (%s = %d)", l->name, who(q, ns).s, op->sysctl, ARP_IGNORE_ALL);
	say_evidence(f, "%s is %d", op->sysctl, ARP_IGNORE_ALL);
	say_evidence(f, "ARP requests for %s came there, and none was answered", addr_text(&sender->nexthop).s);
	f->mark = "no answer to ARP";
	f->safety = SAFETY_CONSENT;
	return true;
}

static bool no_arp(const struct question *q, struct finding *f)
{
	return arp_disabled(q, f) || arp_ignored(q, f);
}

/* --- proxy-arp-off --- */

/* The other end routes to the sender by this wire, and has no address that could be its gateway. */
static bool routes_to(const struct question *q, int ns, const struct link *end, const struct addr *a)
{
	struct lookup back;

	if (is_bridge(end) ||
	    ns_addr_on(snapshot_ns(q->s, ns), end->ifindex, a->family, &(struct addr){ 0 }))
		return false;
	fib_lookup(snapshot_ns(q->s, ns), &(struct fib_query){ .dst = *a }, &back);
	return back.error == 0 && back.type == RTN_UNICAST && back.oif == end->ifindex;
}

/* It is on, but answers only for what is reached by another interface (arp_fwd_proxy(), net/ipv4/arp.c). */
static bool proxy_has_no_way(const struct question *q, struct finding *f, const struct leg *sender, int ns,
			     const struct link *end)
{
	struct lookup way;

	fib_lookup(snapshot_ns(q->s, ns), &(struct fib_query){ .dst = sender->nexthop }, &way);
	if (way.error == 0 && way.oif != end->ifindex)
		return false;
	say(f, ns, addr_text(&sender->nexthop).s, "the gateway %s of %s is nobody's address, and %s in %s answers only "
	    "for what %s has a route to by another interface", addr_text(&sender->nexthop).s, who(q, sender->ns).s,
	    end->name, who(q, ns).s, who(q, ns).s);
	say_evidence(f, "proxy_arp is on for %s, but %s has no such route to %s", end->name, who(q, ns).s,
		     addr_text(&sender->nexthop).s);
	say_advice(f, "give %s a default route, or one to %s", who(q, ns).s, addr_text(&sender->nexthop).s);
	f->mark = "no answer to ARP";
	return true;
}

static bool proxy_arp_off(const struct question *q, struct finding *f)
{
	const struct leg *sender = sender_of(q);
	const struct link *end;
	const struct op *op;
	int end_ns, ns, ifindex;

	/* of IPv6 it would be proxy_ndp, which needs an entry for each address */
	if (!sender || sender->nexthop.family != AF_INET || !sender->routed ||
	    !addr_is_set(&sender->lookup.gateway) || q->leg->proxied ||
	    (q->leg->stop != STOP_NO_OWNER && !arp_failed(q)))
		return false;
	/* with an address of the same network it is that gateway which is missing */
	if (ns_addr_on(snapshot_ns(q->s, sender->ns), sender->oif, sender->nexthop.family,
		       &sender->nexthop) ||
	    owner_of(q, &sender->nexthop, sender->ns, &ns, &ifindex) ||
	    !segment_end(q, sender->ns, sender->oif, &end_ns, &end) ||
	    !routes_to(q, end_ns, end, &sender->pkt.src))
		return false;
	if (end->inet.proxy_arp || snapshot_ns(q->s, end_ns)->all.proxy_arp)
		return proxy_has_no_way(q, f, sender, end_ns, end);
	op = say_switch(q, f, end_ns, end->ifindex, "proxy_arp", 1, 0);
	say(f, end_ns, op->sysctl, "the gateway %s of %s is nobody's address, and %s in %s does not answer "
	    "for it (%s = 0)", addr_text(&sender->nexthop).s, who(q, sender->ns).s, end->name,
	    who(q, end_ns).s, op->sysctl);
	say_evidence(f, "%s in %s has no address, and the route to %s", end->name, who(q, end_ns).s,
		     addr_text(&sender->pkt.src).s);
	f->mark = "no answer to ARP";
	return true;
}

/* --- macvlan-isolated --- */

/* Both on the wire of one parent: which is it? */
static bool shares_wire(const struct question *q, int ns, int ifindex, int other_ns, int other)
{
	int parent_ns, parent, far_ns, far;

	return snapshot_parent(q->s, ns, ifindex, &parent_ns, &parent) &&
	       ((parent_ns == other_ns && parent == other) ||
		(snapshot_parent(q->s, other_ns, other, &far_ns, &far) && far_ns == parent_ns &&
		 far == parent));
}

/*
 * Has a namespace that the question does not lead to the next hop's address, on what shares the host's interface? Which
 * namespace its parent is in was not read: the parent's number and the network have to be the host's.
 */
static const struct link *bystanding_child(const struct question *q, const struct leg *sender, const struct ns **ret_ns)
{
	const struct snapshot *others = q->facts->others;

	for (size_t i = 0; others && sender->ns == NS_HOST && i < others->ns.n; i++) {
		const struct ns *ns = snapshot_ns(others, (int)i);
		const struct iface_addr *a = ns_addr(ns, &sender->nexthop);
		const struct link *l = a ? ns_link(ns, a->ifindex) : NULL;

		/* a parent with a number of no other namespace is its own */
		if (!l || !link_shares_parent(l) || l->peer != sender->oif || l->peer_nsid < 0 ||
		    !prefix_has(&a->prefix, &sender->pkt.src))
			continue;
		*ret_ns = ns;
		return l;
	}
	return NULL;
}

static bool say_bystanding_child(const struct question *q, struct finding *f, const struct leg *sender)
{
	const struct ns *ns = NULL;
	const struct link *child = bystanding_child(q, sender, &ns);
	struct ifname parent = ifname(q, sender->ns, sender->oif);

	if (!child)
		return false;
	say(f, sender->ns, parent.s, "%s in %s is a %s on %s, which it never hears: a host and its own %ss are isolated from "
	    "each other", child->name, ns->name, child->kind, parent.s, child->kind);
	say_evidence(f, "%s is the address of %s in %s", addr_text(&sender->nexthop).s, child->name, ns->name);
	say_evidence(f, "%s for it left by %s, none was answered", requests(q), parent.s);
	say_advice(f, "give the host a macvlan of its own on the same interface, or use a bridge");
	f->mark = "isolated";
	return true;
}

static bool macvlan_isolated(const struct question *q, struct finding *f)
{
	const struct leg *sender = q->leg->kind == LEG_OUTSIDE ? sender_before(q) : sender_of(q);
	const struct link *own, *other;
	int ns, ifindex;

	if (!sender || (q->leg->kind == LEG_OUTSIDE ? !arp_failed(q) : q->leg->stop != STOP_NO_OWNER))
		return false;
	if (!owner_of(q, &sender->nexthop, sender->ns, &ns, &ifindex))
		return arp_failed(q) && say_bystanding_child(q, f, sender);
	own = ns_link(snapshot_ns(q->s, sender->ns), sender->oif);
	other = ns_link(snapshot_ns(q->s, ns), ifindex);
	if (!own || !other)
		return false;
	if (shares_wire(q, sender->ns, own->ifindex, ns, ifindex) && link_shares_parent(other))
		say(f, sender->ns, own->name, "%s in %s and %s in %s share one interface, but not in bridge "
		    "mode: they do not hear each other", own->name, who(q, sender->ns).s, other->name,
		    who(q, ns).s);
	else if (shares_wire(q, sender->ns, own->ifindex, ns, ifindex))
		say(f, sender->ns, own->name, "%s in %s is a %s on %s, which never hears it: a host and its "
		    "own %ss are isolated from each other", own->name, who(q, sender->ns).s, own->kind,
		    other->name, own->kind);
	else if (shares_wire(q, ns, ifindex, sender->ns, own->ifindex))
		say(f, ns, other->name, "%s in %s is a %s on %s, which it never hears: a host and its own "
		    "%ss are isolated from each other", other->name, who(q, ns).s, other->kind, own->name,
		    other->kind);
	else
		return false;
	say_evidence(f, "%s is the address of %s in %s", addr_text(&sender->nexthop).s, other->name,
		     who(q, ns).s);
	if (q->ev && q->ev->arp_segment >= 0)
		say_evidence(f, "%s for it left by %s, none was answered", requests(q), own->name);
	say_advice(f, link_shares_parent(own) && link_shares_parent(other) ?
			      "ip link set dev %s type macvlan mode bridge   # in both namespaces" :
			      "give the host a macvlan of its own on the same interface, or use a bridge",
		   shell_word(own->name).s);
	f->mark = "isolated";
	return true;
}

/* --- neighbour-failed --- */

static bool neighbour_failed(const struct question *q, struct finding *f)
{
	const bool beyond = q->leg->kind == LEG_OUTSIDE || q->leg->kind == LEG_LEAVE;
	const struct leg *sender = sender_of(q);
	const struct link *end;
	const struct ns *ns;
	struct addr_text a;
	int end_ns;

	if (beyond)
		sender = sender_before(q);
	if (!arp_failed(q) || !sender || nd_answer_lost(q))
		return false;
	/* a gateway on a segment of this host, an address of another one: others say more */
	if (!beyond && !leaves_by_segment(q, sender) && (to_gateway(q, sender) ||
			known_elsewhere(q, sender, &end_ns, &end)))
		return false;
	ns = snapshot_ns(q->s, sender->ns);
	a = addr_text(&sender->nexthop);
	say(f, sender->ns, a.s, "nobody answers %s for %s %s on %s", resolution(q),
	    addr_is_set(&sender->lookup.gateway) ? "the gateway" : "the address", a.s,
	    ns_ifname(ns, sender->oif).s);
	say_evidence(f, "%s for %s left by %s, none was answered", requests(q), a.s, ns_ifname(ns, sender->oif).s);
	if (addr_is_set(&sender->lookup.gateway))
		say_advice(f, "see whether %s is the right gateway and is up", a.s);
	else
		say_advice(f, "see whether %s exists on that network and is up", a.s);
	f->mark = q->leg->pkt.dst.family == AF_INET6 ? "no answer to ND" : "no answer to ARP";
	return true;
}

/* --- neighbour-wrong --- */

/* Does any interface of the namespace have this MAC? */
static bool has_mac(const struct ns *ns, const struct neigh *n)
{
	vec_each(l, &ns->links)
		if (l->mac_len == n->mac_len && memcmp(l->mac, n->mac, n->mac_len) == 0)
			return true;
	return false;
}

/* Does the bridge take frames to this MAC for its own: is it its own, or one of its ports'? */
static bool bridge_has_mac(const struct ns *ns, int bridge, const struct neigh *n)
{
	vec_each(l, &ns->links)
		if ((l->ifindex == bridge || l->master == bridge) && l->mac_len == n->mac_len &&
		    memcmp(l->mac, n->mac, n->mac_len) == 0)
			return true;
	return false;
}

/*
 * Any MAC of the owner will do where it routes what it gets; a bridge lets up
 * only what is sent to itself.
 */
static bool right_mac(const struct question *q, int owner, const struct neigh *n)
{
	const struct ns *ns = snapshot_ns(q->s, owner);

	if (q->leg->kind == LEG_BRIDGE_UP && q->leg->ns == owner)
		return bridge_has_mac(ns, q->leg->oif, n);
	return has_mac(ns, n);
}

/* The entry n of namespace ns is not the MAC of the interface that has the address. */
static bool say_wrong_entry(const struct question *q, struct finding *f, int ns, const struct neigh *n, int owner,
			    const struct link *own)
{
	if (!own || own->mac_len != 6)
		return false;
	say(f, ns, addr_text(&n->addr).s,
	    "%s sends packets for %s to a wrong MAC address (%s)", who(q, ns).s,
	    addr_text(&n->addr).s, mac_text(n->mac).s);
	say_evidence(f, "neighbour entry on %s: %s is %s%s", ifname(q, ns, n->ifindex).s,
		     addr_text(&n->addr).s, mac_text(n->mac).s,
		     n->state & NUD_PERMANENT ? ", permanent" : "");
	say_evidence(f, "%s is the address of %s in %s, whose MAC is %s", addr_text(&n->addr).s,
		     own->name, who(q, owner).s, mac_text(own->mac).s);
	say_op(f, OP_NEIGH_DEL, ns, n->ifindex)->neigh = *n;
	f->mark = "wrong MAC address";
	return true;
}

/*
 * An advertisement goes where the answerer's own neighbour entry says (ndisc_send_na(), net/ipv6/ndisc.c), and a permanent
 * one learns nothing from the solicitation.
 */
static bool advertised_astray(const struct question *q, struct finding *f, const struct leg *sender)
{
	const struct ns *asker = snapshot_ns(q->s, sender->ns);
	int ns, ifindex;

	if (sender->nexthop.family != AF_INET6 || !arp_failed(q) ||
	    !owner_of(q, &sender->nexthop, sender->ns, &ns, &ifindex))
		return false;
	vec_each(n, &snapshot_ns(q->s, ns)->neighs)
		if (n->ifindex == ifindex && n->mac_len == 6 && n->state & NUD_PERMANENT &&
		    ns_answers(asker, sender->oif, &n->addr) && !has_mac(asker, n) &&
		    say_wrong_entry(q, f, ns, n, sender->ns, ns_link(asker, sender->oif))) {
			say_evidence(f, "advertisements for %s go there, and do not come to %s",
				     addr_text(&sender->nexthop).s, who(q, sender->ns).s);
			return true;
		}
	return false;
}

static bool neighbour_wrong(const struct question *q, struct finding *f)
{
	const struct leg *sender = sender_of(q);
	const struct neigh *n;
	int ns, ifindex;

	if (!sender || sender->dir != q->leg->dir)
		return false;
	if (advertised_astray(q, f, sender))
		return true;
	if (sender == q->leg)
		return false;
	n = ns_neigh(snapshot_ns(q->s, sender->ns), sender->oif, &sender->nexthop);
	if (!n || n->mac_len != 6 || (n->state & (NUD_FAILED | NUD_INCOMPLETE)))
		return false;
	if (by_model(q) && !(n->state & NUD_PERMANENT))
		return false;
	if (!owner_of(q, &sender->nexthop, sender->ns, &ns, &ifindex) ||
	    right_mac(q, ns, n))
		return false;
	return say_wrong_entry(q, f, sender->ns, n, ns, ns_link(snapshot_ns(q->s, ns), ifindex));
}

/* --- address-duplicate --- */

static bool two_answers(const struct question *q, const struct addr *a,
			const struct sighting **first, const struct sighting **second)
{
	*first = NULL;
	vec_each(s, &q->facts->obs->sightings) {
		/* an advertisement to who knows the MAC already may leave it out (RFC 4861, 4.4) */
		if (s->kind != SIGHT_ARP_REPLY || !addr_eq(&s->arp_sender, a) ||
		    memcmp(s->arp_sender_mac, (uint8_t[6]){ 0 }, 6) == 0)
			continue;
		if (!*first) {
			*first = s;
		} else if (memcmp((*first)->arp_sender_mac, s->arp_sender_mac, 6) != 0) {
			*second = s;
			return true;
		}
	}
	return false;
}

static bool same_mac(const struct link *a, const struct link *b)
{
	return a->mac_len == b->mac_len && memcmp(a->mac, b->mac, a->mac_len) == 0;
}

/*
 * Another namespace of this machine, not on the path, that has the address of somebody there, too. Not one with the
 * same MAC address: some make that of the address, and on another segment both are right.
 */
static const struct ns *bystander(const struct question *q, const struct addr *a,
				  const struct link **ret_link)
{
	const struct snapshot *others = q->facts->others;
	const struct link *owner;
	int owner_ns, ifindex;

	if (!owner_of(q, a, -1, &owner_ns, &ifindex))
		return NULL;
	owner = ns_link(snapshot_ns(q->s, owner_ns), ifindex);

	for (size_t i = 0; others && i < others->ns.n; i++) {
		const struct ns *ns = snapshot_ns(others, (int)i);

		if (snapshot_find(q->s, ns->inode) >= 0)
			continue;
		const struct iface_addr *own = ns_addr(ns, a);
		const struct link *l = own ? ns_link(ns, own->ifindex) : NULL;

		if (l && is_up(l) && l->mac_len == 6 && !(owner && same_mac(owner, l))) {
			*ret_link = l;
			return ns;
		}
	}
	return NULL;
}

/* Does the sender's neighbour entry, or an ARP answer, name this MAC for the address? */
static bool believed(const struct question *q, const struct addr *a, const uint8_t *mac)
{
	for (size_t i = 0; i < q->path->legs.n; i++) {
		const struct leg *l = &q->path->legs.v[i];
		const struct neigh *n = l->segment == (int)i ?
						ns_neigh(snapshot_ns(q->s, l->ns), l->oif, a) : NULL;

		if (n && n->mac_len == 6 && memcmp(n->mac, mac, 6) == 0)
			return true;
	}
	vec_each(s, &q->facts->obs->sightings)
		if (s->kind == SIGHT_ARP_REPLY && addr_eq(&s->arp_sender, a) &&
		    memcmp(s->arp_sender_mac, mac, 6) == 0)
			return true;
	return false;
}

static bool ours(const struct question *q, const uint8_t *mac)
{
	vec_each(l, &snapshot_ns(q->s, NS_HOST)->links)
		if (l->mac_len == 6 && memcmp(l->mac, mac, 6) == 0)
			return true;
	return false;
}

static bool duplicated(const struct question *q, const struct addr *address, struct finding *f)
{
	const struct sighting *a, *b;
	const struct link *l;
	const struct ns *other;

	if (!addr_is_set(address))
		return false;
	other = bystander(q, address, &l);
	if (other && believed(q, address, l->mac)) {
		say_evidence(f, "%s in %s has the address %s, too; its MAC is %s", l->name, other->name,
			     addr_text(address).s, mac_text(l->mac).s);
	} else if (two_answers(q, address, &a, &b) &&
		   /* one host may answer for an address on several interfaces of its own */
		   !(ours(q, a->arp_sender_mac) && ours(q, b->arp_sender_mac))) {
		say_evidence(f, "%s for %s was answered by %s and by %s", resolution(q), addr_text(address).s,
			     mac_text(a->arp_sender_mac).s, mac_text(b->arp_sender_mac).s);
	} else {
		return false;
	}
	say(f, q->leg->ns, addr_text(address).s, "two interfaces claim the address %s",
	    addr_text(address).s);
	say_advice(f, "give one of them another address");
	f->mark = "address claimed twice";
	return true;
}

/* Whom this leg leads to has the asker's address, too, and answers none of its own questions. */
static bool same_as_asker(const struct question *q, struct finding *f)
{
	const struct leg *sender = sender_of(q);
	const struct iface_addr *own, *other;

	if (!sender || !arp_failed(q) || sender->ns == q->leg->ns || q->leg->kind != LEG_DELIVER)
		return false;
	own = ns_addr(snapshot_ns(q->s, sender->ns), &sender->pkt.src);
	other = ns_addr(leg_ns(q), &sender->pkt.src);
	if (!own || !other)
		return false;
	say(f, q->leg->ns, addr_text(&sender->pkt.src).s, "%s and %s both have the address %s",
	    who(q, sender->ns).s, who(q, q->leg->ns).s, addr_text(&sender->pkt.src).s);
	say_evidence(f, "%s in %s and %s in %s have it", ifname(q, sender->ns, own->ifindex).s, who(q, sender->ns).s,
		     ifname(q, q->leg->ns, other->ifindex).s, who(q, q->leg->ns).s);
	say_evidence(f, "%s from %s were not answered: to %s they come from itself", requests(q),
		     addr_text(&sender->pkt.src).s, who(q, q->leg->ns).s);
	say_advice(f, "give one of them another address");
	f->mark = "address claimed twice";
	return true;
}

/* The kernel itself found that somebody has the address already, and does not use it (RFC 4862, 5.4). */
static bool detected(const struct question *q, int ns, struct finding *f)
{
	const struct iface_addr *found = NULL;
	struct addr_text text;

	vec_each(a, &snapshot_ns(q->s, ns)->addrs)
		if (a->prefix.addr.family == AF_INET6 && a->flags & IFA_F_DADFAILED && !found &&
		    !addr_is_linklocal(&a->prefix.addr))
			found = a;
	if (!found)
		return false;
	text = addr_text(&found->prefix.addr);
	say(f, ns, text.s, "two interfaces claim the address %s, so %s does not use it", text.s,
	    who(q, ns).s);
	say_evidence(f, "%s in %s: duplicate address detection failed for %s", ifname(q, ns, found->ifindex).s,
		     who(q, ns).s, text.s);
	say_advice(f, "give one of them another address");
	f->mark = "address claimed twice";
	return true;
}

/* The address that is missing, as source or as next hop, is one that duplicate address detection took. */
static bool dad_failed(const struct question *q, struct finding *f)
{
	const struct leg *sender = sender_of(q);
	const struct iface_addr *a;

	if (q->leg->pkt.dst.family != AF_INET6)
		return false;
	if (q->leg->stop == STOP_NO_SOURCE || q->leg->stop == STOP_NO_ROUTE)
		return !has_address(leg_ns(q), AF_INET6) && detected(q, q->leg->ns, f);
	if (!sender || q->leg->stop != STOP_NO_OWNER)
		return false;
	a = ns_addr(leg_ns(q), &sender->nexthop);
	return a && a->flags & IFA_F_DADFAILED && detected(q, q->leg->ns, f);
}

static bool address_duplicate(const struct question *q, struct finding *f)
{
	const struct leg *sender = sender_of(q);

	if (dad_failed(q, f))
		return true;
	if (by_model(q))
		return false;
	if (same_as_asker(q, f))
		return true;
	return (sender && duplicated(q, &sender->nexthop, f)) ||
	       duplicated(q, &q->leg->nexthop, f) || duplicated(q, &q->path->flow.src, f) ||
	       (!q->path->outside && duplicated(q, &q->path->flow.dst, f));
}

static const struct fault rows[] = {
	{ .code = "arp-disabled",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = no_arp,
	  .safety = SAFETY_SAFE,
	  .means = "An interface on the path does not do ARP, so that its segment cannot find it, or it "
		   "cannot find its next hop; or it is told to answer nobody.",
	  .proof = "IFF_NOARP on an Ethernet interface, and packets that end on its segment; arp_ignore = 8, and "
		   "requests that came there.",
	  .fix = "ip link set dev X arp on; sysctl -w net.ipv4.conf.X.arp_ignore=0." },
	{ .code = "proxy-arp-off",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = proxy_arp_off,
	  .safety = SAFETY_CONSENT,
	  .means = "The gateway is nobody's address and only proxy ARP on the host's end could answer.",
	  .proof = "The switch, ARP unanswered, and no owner of the address.",
	  .fix = "sysctl -w net.ipv4.conf.X.proxy_arp=1." },
	{ .code = "address-duplicate",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = address_duplicate,
	  .safety = SAFETY_MANUAL,
	  .means = "Two interfaces on the segment own one address.",
	  .proof = "ARP or ND for it is answered by two MAC addresses; or the kernel's own detection of duplicates "
		   "(IPv6) says so.",
	  .fix = "Give one of them another address; which one is a person's choice." },
	{ .code = "neighbour-wrong",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = neighbour_wrong,
	  .safety = SAFETY_CONSENT,
	  .means = "A permanent or stale neighbour entry carries a MAC address that is not the next hop's. In IPv6 it may "
		   "also be a permanent one at who answers, which leads advertisements to somebody else than who asked.",
	  .proof = "The entry against the MAC of the interface that owns the address.",
	  .fix = "ip neigh del A dev X." },
	{ .code = "macvlan-isolated",
	  .legs = LEG_BIT(LEG_WIRE) | LEG_BIT(LEG_OUTSIDE),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = macvlan_isolated,
	  .safety = SAFETY_MANUAL,
	  .means = "A macvlan or ipvlan and the host it shares an interface with never hear each other, by "
		   "design; nor do two macvlans that are not in bridge mode.",
	  .proof = "The address asked for is the other's, and no ARP request is answered.",
	  .fix = "A macvlan for the host itself on that interface, bridge mode, or a bridge." },
	{ .code = "neighbour-failed",
	  .legs = LEGS_INSIDE | LEG_BIT(LEG_OUTSIDE) | LEG_BIT(LEG_LEAVE),
	  .ask = ASK_SEEN,
	  .match = neighbour_failed,
	  .safety = SAFETY_MANUAL,
	  .means = "Nobody answers ARP or ND for the uplink's gateway, or for a target on the same network.",
	  .proof = "Requests for it were seen leaving; none was answered.",
	  .fix = "The answer is missing elsewhere: a wrong gateway address, a machine that is off." },
};

const struct fault_group faults_neigh = {
	.name = "link: neighbours",
	.rows = rows,
	.n = ARRAY_SIZE(rows),
};
