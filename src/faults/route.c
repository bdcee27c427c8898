/* SPDX-License-Identifier: GPL-2.0-or-later */
/* route - addresses and routes of the namespace that sends */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "faults/groups.h"
#include "faults/nd.h"
#include "faults/say.h"

static const struct addr no_addr;

/* The first address of an interface. */
static const struct iface_addr *first_addr(const struct question *q, int ns, int ifindex)
{
	return ns_addr_on(snapshot_ns(q->s, ns), ifindex, q->leg->pkt.dst.family, &no_addr);
}

/* --- no-address --- */

/* What there is of addresses that cannot be used. */
static void say_unusable(const struct question *q, struct finding *f, const struct ns *ns)
{
	bool link_local = false;

	vec_each(a, &ns->addrs) {
		if (a->prefix.addr.family != AF_INET6 || addr_is_loopback(&a->prefix.addr))
			continue;
		if (!iface_addr_usable(a)) {
			say_evidence(f, "%s on %s is still tentative", addr_text(&a->prefix.addr).s,
				     ns_ifname(ns, a->ifindex).s);
			f->passing = !(a->flags & IFA_F_DADFAILED);
		}
		link_local |= addr_is_linklocal(&a->prefix.addr);
	}
	if (link_local)
		say_evidence(f, "%s has link-local addresses, which no router forwards", who(q, q->leg->ns).s);
}

/* The family of the question; where who is asked has no address at all, that in which the source could ask. */
static uint8_t asked_family(const struct question *q)
{
	const struct flow *flow = &q->path->flow;

	if (addr_is_set(&flow->dst))
		return flow->dst.family;
	return flow->dst_ns >= 0 && !has_address(snapshot_ns(q->s, flow->src_ns), AF_INET) &&
	       has_address(snapshot_ns(q->s, flow->src_ns), AF_INET6) ? AF_INET6 : AF_INET;
}

static bool no_address(const struct question *q, struct finding *f)
{
	uint8_t family = asked_family(q);
	const struct ns *ns = leg_ns(q);
	const struct link *only = NULL;
	_cleanup_(freep) char *ip = NULL;

	if (q->leg->stop != STOP_NO_ROUTE && q->leg->stop != STOP_NO_SOURCE)
		return false;
	if (has_address(ns, family))
		return false;
	vec_each(l, &ns->links)
		if (is_carrier(l) && !only)
			only = l;
	if (!only)
		return false;
	say(f, q->leg->ns, only->name, "%s has no %saddress", who(q, q->leg->ns).s,
	    family == AF_INET6 ? "usable IPv6 " : "IPv4 ");
	say_evidence(f, "%s in %s: no address", only->name, who(q, q->leg->ns).s);
	if (family == AF_INET6)
		say_unusable(q, f, ns);
	ip = op_ip_in(q->s, q->leg->ns, AF_UNSPEC);
	say_advice(f, "%s addr add ADDRESS/PREFIX dev %s", ip, shell_word(only->name).s);
	f->mark = "no address";
	return true;
}

/* --- ipv6-disabled --- */

/* Not for want of a switch alone: below an MTU of 1280 (IPV6_MIN_MTU) there is no IPv6 either. */
static bool is_without_ipv6(const struct link *l)
{
	return l && is_up(l) && is_carrier(l) && (!l->inet6.known || l->inet6.disable_ipv6);
}

static bool say_disabled(const struct question *q, struct finding *f, int ns, const struct link *l)
{
	_cleanup_(freep) char *key = xasprintf("net.ipv6.conf.%s.disable_ipv6", l->name);
	struct op *op;

	if (!l->inet6.known) {
		if (l->mtu >= 1280)
			return false;
		say(f, ns, l->name, "%s in %s has no IPv6, for its MTU is %u", l->name, who(q, ns).s, l->mtu);
		say_evidence(f, "%s has an MTU of %u; IPv6 needs 1280", l->name, l->mtu);
		say_advice(f, "ip link set dev %s mtu 1280 or more, and give it its addresses again",
			   shell_word(l->name).s);
	} else {
		say(f, ns, key, "IPv6 is switched off on %s in %s (%s = 1)", l->name, who(q, ns).s, key);
		say_evidence(f, "%s is 1, so that %s has no IPv6 addresses and routes", key, l->name);
		op = say_op(f, OP_SYSCTL, ns, l->ifindex);
		op->sysctl = snapshot_intern(q->s, key);
		op->value = 0;
		op->old = 1;
		/* what was taken away by the switch does not come back with it */
		say_advice(f, "give %s its addresses and routes again, where they do not come by router advertisement",
			   l->name);
	}
	f->mark = "IPv6 is off";
	return true;
}

/* The interface by which IPv4 leaves, or the only one that carries anything. */
static const struct link *way_out_link(const struct ns *ns)
{
	const struct link *only = NULL;
	size_t n = 0;

	vec_each(r, &ns->routes)
		if (r->dst.addr.family == AF_INET && r->dst.len == 0 && r->type == RTN_UNICAST &&
		    r->table == RT_TABLE_MAIN)
			return ns_link(ns, r->nh.oif);
	vec_each(l, &ns->links) {
		if (!is_carrier(l) || l->master || is_bridge(l))
			continue;
		only = l;
		n++;
	}
	return n == 1 ? only : NULL;
}

static bool ipv6_disabled(const struct question *q, struct finding *f)
{
	const struct leg *sender = sender_of(q);
	const struct link *end;
	int end_ns;

	if (asked_family(q) != AF_INET6)
		return false;
	if (q->leg->routed && (q->leg->stop == STOP_NO_SOURCE ||
			       (q->leg->stop == STOP_NO_ROUTE && !q->leg->lookup.route))) {
		end = way_out_link(leg_ns(q));
		return is_without_ipv6(end) && say_disabled(q, f, q->leg->ns, end);
	}
	if ((q->leg->stop != STOP_NO_OWNER && !arp_failed(q)) || !sender ||
	    !segment_end(q, sender->ns, sender->oif, &end_ns, &end))
		return false;
	return is_without_ipv6(end) && say_disabled(q, f, end_ns, end);
}

/* --- wrong-subnet --- */

static bool say_subnets(const struct question *q, struct finding *f, int ns,
			const struct iface_addr *own, int end_ns, const struct link *end,
			const struct iface_addr *other)
{
	say(f, ns, prefix_text(&own->prefix).s,
	    "the address %s of %s and %s of %s in %s are not in one network",
	    prefix_text(&own->prefix).s, who(q, ns).s, prefix_text(&other->prefix).s, end->name,
	    who(q, end_ns).s);
	say_evidence(f, "%s in %s has %s", ifname(q, ns, own->ifindex).s, who(q, ns).s,
		     prefix_text(&own->prefix).s);
	say_evidence(f, "%s in %s, at the other end, has %s", end->name, who(q, end_ns).s,
		     prefix_text(&other->prefix).s);
	say_advice(f, "give both ends addresses of one network, with the same prefix length");
	f->mark = "other network";
	return true;
}

/* Do two addresses with their prefix lengths see each other as on link? */
static bool one_network(const struct prefix *a, const struct prefix *b)
{
	return prefix_has(a, &b->addr) && prefix_has(b, &a->addr);
}

/* An address by which networks are told: of this family, and of IPv6 no link-local one. */
static bool tells_network(const struct iface_addr *a, uint8_t family)
{
	return a->prefix.addr.family == family && a->scope < RT_SCOPE_HOST &&
	       !(family == AF_INET6 && addr_is_linklocal(&a->prefix.addr));
}

/* The namespace's addresses and the other end's are of different networks. */
static bool ends_differ(const struct question *q, struct finding *f, int ns)
{
	uint8_t family = q->leg->pkt.dst.family;
	const struct iface_addr *first = NULL, *other = NULL;
	const struct link *end = NULL;
	int end_ns = -1;

	vec_each(own, &snapshot_ns(q->s, ns)->addrs) {
		if (!tells_network(own, family) || (first && own->ifindex != first->ifindex))
			continue;
		if (!first && !segment_end(q, ns, own->ifindex, &end_ns, &end))
			continue;
		first = first ? first : own;
		vec_each(a, &snapshot_ns(q->s, end_ns)->addrs) {
			if (a->ifindex != end->ifindex || !tells_network(a, family))
				continue;
			other = a;
			if (one_network(&own->prefix, &a->prefix))
				return false;
		}
	}
	return other && say_subnets(q, f, ns, first, end_ns, end, other);
}

/* The namespace takes an address for one of its own network that its router knows elsewhere. */
static bool too_wide(const struct question *q, struct finding *f, const struct leg *sender)
{
	const struct addr *dst = &sender->nexthop;
	const struct iface_addr *own, *other;
	const struct link *end;
	int end_ns;

	if (!known_elsewhere(q, sender, &end_ns, &end))
		return false;
	own = ns_addr_on(snapshot_ns(q->s, sender->ns), sender->oif, dst->family, dst);
	other = first_addr(q, end_ns, end->ifindex);
	if (!own || !other || prefix_has(&other->prefix, dst))
		return false;
	return say_subnets(q, f, sender->ns, own, end_ns, end, other);
}

/* Is it out of this host, and gets no answer there? In the model that is what nothing translates. */
static bool leaves_unanswered(const struct question *q)
{
	if (q->ev)
		return q->ev->loss == LOSS_OUTSIDE && !source_is_answered(q);
	return !q->path->snat && !q->path->snat_unknown && !q->facts->routed_both_ways &&
	       addr_is_private(&q->path->flow.src);
}

static bool wrong_subnet(const struct question *q, struct finding *f)
{
	const struct leg *leg = q->leg, *sender = sender_of(q);
	int src = q->path->flow.src_ns;

	if (leg->kind == LEG_SEND && leg->stop == STOP_NO_ROUTE && !leg->lookup.route &&
	    ends_differ(q, f, leg->ns))
		return true;
	/* it leaves, but with a source that belongs to no network of the router */
	if (leg->kind == LEG_OUTSIDE && src != NS_HOST && leaves_unanswered(q)) {
		struct lookup back;

		fib_lookup(snapshot_ns(q->s, NS_HOST),
			   &(struct fib_query){ .dst = q->path->flow.src }, &back);
		return back.oif != request_iif(q, NS_HOST) && ends_differ(q, f, src);
	}
	/* the answer's way back does not lead to the asker, whose prefix is not the router's */
	if (leg->dir == DIR_REPLY && src != leg->ns && leg->routed &&
	    (leg->kind == LEG_FORWARD || leg->kind == LEG_SEND) &&
	    (leg->stop == STOP_NO_ROUTE || leg->oif != request_iif(q, leg->ns)))
		return ends_differ(q, f, src);
	if (leg->stop != STOP_NO_OWNER && !(arp_failed(q) && leg->dir == DIR_REQUEST))
		return false;
	if (!sender || sender->kind != LEG_SEND)
		return false;
	return too_wide(q, f, sender) ||
	       (leg->stop == STOP_NO_OWNER && ends_differ(q, f, sender->ns));
}

/* --- no-route --- */

/* The first address of a network that is not `taken`. */
static struct prefix first_host(const struct prefix *network, const struct addr *taken)
{
	struct prefix p = prefix_network(network);

	p.addr.b[addr_len(p.addr.family) - 1] |= 1;
	if (addr_eq(&p.addr, taken))
		p.addr.b[addr_len(p.addr.family) - 1] ^= 3;
	p.len = network->len;
	return p;
}

struct way_out {
	int ifindex;             /* in the namespace */
	struct addr gateway;
	int end_ns;
	const struct link *end;
	bool needs_addr;         /* the gateway's address has to be given to the end first */
	struct prefix addr;
};

/* The one way out of a namespace that its links and the other end's addresses leave. */
static bool find_way_out(const struct question *q, int ns, struct way_out *ret)
{
	uint8_t family = q->leg->pkt.dst.family;
	size_t found = 0;

	vec_each(own, &snapshot_ns(q->s, ns)->addrs) {
		const struct link *end;
		int end_ns;
		bool any = false;

		if (!tells_network(own, family) || own->prefix.len + 2u > addr_len(family) * 8 ||
		    !segment_end(q, ns, own->ifindex, &end_ns, &end))
			continue;
		vec_each(a, &snapshot_ns(q->s, end_ns)->addrs) {
			if (a->ifindex != end->ifindex || !tells_network(a, family))
				continue;
			any = true;
			if (!prefix_has(&own->prefix, &a->prefix.addr) ||
			    addr_eq(&own->prefix.addr, &a->prefix.addr))
				continue;
			*ret = (struct way_out){ .ifindex = own->ifindex,
						 .gateway = a->prefix.addr,
						 .end_ns = end_ns,
						 .end = end };
			found++;
		}
		if (any)
			continue;
		*ret = (struct way_out){ .ifindex = own->ifindex,
					 .end_ns = end_ns,
					 .end = end,
					 .needs_addr = true,
					 .addr = first_host(&own->prefix, &own->prefix.addr) };
		ret->gateway = ret->addr.addr;
		found++;
	}
	return found == 1;
}

bool say_default_route(const struct question *q, struct finding *f)
{
	const struct prefix everything = { .addr = { .family = q->leg->pkt.dst.family } };
	struct way_out w;

	if (!find_way_out(q, q->leg->ns, &w))
		return false;
	if (w.needs_addr) {
		struct op *op = say_op(f, OP_ADDR_ADD, w.end_ns, w.end->ifindex);

		op->prefix = w.addr;
		say_evidence(f, "%s in %s, at the other end, has no address either", w.end->name,
			     who(q, w.end_ns).s);
	} else {
		say_evidence(f, "%s of %s in %s is the only router address on that network",
			     addr_text(&w.gateway).s, w.end->name, who(q, w.end_ns).s);
	}
	say_route(f, q->leg->ns, &everything, &w.gateway, w.ifindex);
	return true;
}

static bool no_route(const struct question *q, struct finding *f)
{
	const struct leg *leg = q->leg;

	if (leg->stop != STOP_NO_ROUTE || leg->lookup.route || leg->stop_errno != -ENETUNREACH ||
	    leg->dir != DIR_REQUEST)
		return false;
	say(f, leg->ns, addr_text(&leg->pkt.dst).s, "%s has no route to %s", who(q, leg->ns).s,
	    addr_text(&leg->pkt.dst).s);
	say_evidence(f, "route lookup for %s in %s: Network is unreachable",
		     addr_text(&leg->pkt.dst).s, who(q, leg->ns).s);
	f->mark = "no route";
	if (leg->ns == NS_HOST || !say_default_route(q, f))
		say_advice(f, "ip %s%s route add default via GATEWAY", leg->ns == NS_HOST ? "" : "-n ",
			   leg->ns == NS_HOST ? "" : shell_word(leg_ns(q)->name).s);
	return true;
}

/* --- route-blackhole --- */

static bool is_default_table(uint32_t table)
{
	return table == RT_TABLE_LOCAL || table == RT_TABLE_MAIN || table == RT_TABLE_DEFAULT;
}

static const char *type_name(uint8_t type)
{
	switch (type) {
	case RTN_BLACKHOLE:
		return "blackhole";
	case RTN_UNREACHABLE:
		return "unreachable";
	case RTN_PROHIBIT:
		return "prohibit";
	case RTN_THROW:
		return "throw";
	default:
		return "unicast";
	}
}

/*
 * The interface that leads to the namespace which has the address, where the packet would not take it with the refusing
 * route gone: that is of a whole block then, and what is missing is the route of its member. Else NULL.
 */
static const struct link *way_of_member(const struct question *q)
{
	const struct leg *leg = q->leg;
	const struct packet *pkt = &leg->pkt;
	const struct route *r = leg->lookup.route;
	const struct fib_query query = { .src = pkt->src, .dst = pkt->dst, .iif = leg->iif, .mark = pkt->mark, .proto = pkt->proto };
	const struct op del = { .kind = OP_ROUTE_DEL, .ns = leg->ns, .ifindex = r->nh.oif, .route = *r };
	const struct link *way = straight_way(q, &pkt->dst);
	_cleanup_(snapshot_freep) struct snapshot *world = NULL;
	struct lookup left = { 0 };

	if (!way || r->dst.len == addr_len(pkt->dst.family) * 8)
		return NULL;
	world = snapshot_copy(q->s);
	if (op_model(world, &del) == 0)
		fib_lookup(snapshot_ns(world, leg->ns), &query, &left);
	return left.oif == way->ifindex ? NULL : way;
}

static bool route_blackhole(const struct question *q, struct finding *f)
{
	const struct lookup *l = &q->leg->lookup;

	if (q->leg->stop != STOP_NO_ROUTE)
		return false;
	if (l->route) {
		const struct link *way = way_of_member(q);
		const char *type = type_name(l->route->type);
		struct addr_text dst = prefix_text(&l->route->dst);
		const char *object = l->route->dst.len ? dst.s : "default";

		say(f, q->leg->ns, object, "%s has a route of type %s for %s",
		    who(q, q->leg->ns).s, type, addr_text(&q->leg->pkt.dst).s);
		say_evidence(f, "route: %s %s, table %u", type, object, l->route->table);
		if (l->rule && !is_default_table(l->rule->table))
			say_evidence(f, "ip rule with priority %u leads to that table", l->rule->priority);
		if (way)
			say_host_route(q, f, &q->leg->pkt.dst, way);
		else
			say_op(f, OP_ROUTE_DEL, q->leg->ns, l->route->nh.oif)->route = *l->route;
		f->mark = "route refuses it";
		return true;
	}
	if (l->rule && l->error) {
		char object[32];

		snprintf(object, sizeof(object), "rule %u", l->rule->priority);
		say(f, q->leg->ns, object, "a policy rule of %s refuses %s (rule %u)",
		    who(q, q->leg->ns).s, addr_text(&q->leg->pkt.dst).s, l->rule->priority);
		say_evidence(f, "ip rule with priority %u: its action is to refuse", l->rule->priority);
		say_op(f, OP_RULE_DEL, q->leg->ns, 0)->rule = *l->rule;
		f->mark = "rule refuses it";
		return true;
	}
	return false;
}

/* --- route-policy --- */

/* Packets wait at this leg for the MAC of the next hop that its own lookup chose. */
static bool waits_here(const struct question *q)
{
	return q->ev && q->ev->arp_segment == (int)q->index;
}

static bool route_policy(const struct question *q, struct finding *f)
{
	bool own = q->leg->routed && (q->leg->stop == STOP_NO_ROUTE || waits_here(q));
	const struct leg *leg = own ? q->leg : sender_of(q);
	struct lookup main;
	char object[32];

	if (!leg || !leg->routed || leg->dir != q->leg->dir)
		return false;
	fib_lookup_table(snapshot_ns(q->s, leg->ns),
			 &(struct fib_query){ .src = leg->pkt.src, .dst = leg->pkt.dst },
			 RT_TABLE_MAIN, &main);
	if (main.error)
		return false;
	if (leg->stop == STOP_NO_ROUTE && !leg->lookup.route && !leg->lookup.rule) {
		say(f, leg->ns, "ip rule", "no policy rule of %s leads to the main table, which has a route to %s",
		    who(q, leg->ns).s, addr_text(&leg->pkt.dst).s);
		say_evidence(f, "the rules select no table with a route to %s; table main has one",
			     addr_text(&leg->pkt.dst).s);
		say_advice(f, "ip rule add pref 32766 lookup main");
		f->mark = "policy routing";
		return true;
	}
	if (leg->stop == STOP_NO_ROUTE || !leg->lookup.rule || is_default_table(leg->lookup.rule->table))
		return false;
	if (q->leg->stop != STOP_NO_OWNER && !arp_failed(q) && !waits_here(q) &&
	    q->leg->stop != STOP_PEER_UNKNOWN)
		return false;
	if (main.oif == leg->lookup.oif && addr_eq(&main.gateway, &leg->lookup.gateway))
		return false;
	snprintf(object, sizeof(object), "rule %u", leg->lookup.rule->priority);
	say(f, leg->ns, object, "policy rule %u of %s sends it by table %u, which leads nowhere",
	    leg->lookup.rule->priority, who(q, leg->ns).s, leg->lookup.rule->table);
	say_evidence(f, "rule %u selects table %u: via %s dev %s", leg->lookup.rule->priority,
		     leg->lookup.rule->table, addr_text(&leg->nexthop).s,
		     ifname(q, leg->ns, leg->lookup.oif).s);
	say_evidence(f, "nobody answers for %s there; table main would go another way",
		     addr_text(&leg->nexthop).s);
	say_advice(f, "ip rule del pref %u, or give table %u a route that works",
		   leg->lookup.rule->priority, leg->lookup.rule->table);
	f->mark = "policy routing";
	return true;
}

/* --- gateway-missing --- */

/* The same route, in its table and with its metric, by another router. */
static void say_gateway(struct finding *f, const struct leg *sender, const struct route *r, const struct addr *gateway)
{
	struct op *op;

	say_op(f, OP_ROUTE_DEL, sender->ns, sender->oif)->route = *r;
	op = say_op(f, OP_ROUTE_ADD, sender->ns, sender->oif);
	op->route = *r;
	op->route.raw = SIZE_MAX;
	op->route.scope = RT_SCOPE_UNIVERSE;
	op->route.nexthops = 1;
	op->route.nh = (struct nexthop){ .oif = sender->oif, .gateway = *gateway };
}

static bool gateway_missing(const struct question *q, struct finding *f)
{
	const struct leg *sender = sender_of(q);
	const struct iface_addr *own, *router = NULL;
	const struct link *end = NULL;
	struct addr_text gw;
	int end_ns, ns, ifindex;
	size_t routers = 0, any = 0;

	if (!sender || !sender->routed || !to_gateway(q, sender))
		return false;
	if (q->leg->proxied || (q->leg->stop != STOP_NO_OWNER && !arp_failed(q)) || nd_answer_lost(q) ||
	    leaves_by_segment(q, sender))
		return false;
	if (ns_is_local_by(snapshot_ns(q->s, sender->ns), sender->oif, &sender->nexthop) ||
	    !segment_end(q, sender->ns, sender->oif, &end_ns, &end))
		return false;
	/* ND, unlike ARP, is answered for the addresses of the very interface only */
	if (sender->nexthop.family == AF_INET6 ?
		    ns_is_local_by(snapshot_ns(q->s, end_ns), end->ifindex, &sender->nexthop) &&
			    ns_answers(snapshot_ns(q->s, end_ns), end->ifindex, &sender->nexthop) :
		    owner_of(q, &sender->nexthop, sender->ns, &ns, &ifindex))
		return false;
	gw = addr_text(&sender->nexthop);
	if (owner_of(q, &sender->nexthop, sender->ns, &ns, &ifindex))
		say(f, sender->ns, gw.s, "the gateway %s of %s is an address of %s in %s, not of %s", gw.s,
		    who(q, sender->ns).s, ifname(q, ns, ifindex).s, who(q, ns).s, end->name);
	else
		say(f, sender->ns, gw.s, "the gateway %s of %s is no address of %s", gw.s,
		    who(q, sender->ns).s, who(q, end_ns).s);
	own = ns_addr_on(snapshot_ns(q->s, sender->ns), sender->oif, sender->nexthop.family,
			 &sender->nexthop);
	vec_each(a, &snapshot_ns(q->s, end_ns)->addrs) {
		if (a->ifindex != end->ifindex || a->prefix.addr.family != sender->nexthop.family ||
		    (a->prefix.addr.family == AF_INET6 &&
		     addr_is_linklocal(&a->prefix.addr) != addr_is_linklocal(&sender->nexthop)))
			continue;
		any++;
		if (own && one_network(&own->prefix, &a->prefix)) {
			router = a;
			routers++;
		}
	}
	f->mark = "no such gateway";
	if (any == 0) {
		say_evidence(f, "%s in %s, which holds that network, has no address", end->name,
			     who(q, end_ns).s);
		if (own)
			say_op(f, OP_ADDR_ADD, end_ns, end->ifindex)->prefix =
				(struct prefix){ .addr = sender->nexthop, .len = own->prefix.len };
	} else if (routers == 1) {
		const struct route *r = addr_is_set(&sender->lookup.gateway) ? sender->lookup.route : NULL;

		say_evidence(f, "%s in %s, which holds that network, is %s", end->name,
			     who(q, end_ns).s, addr_text(&router->prefix.addr).s);
		if (r && r->nexthops == 1)
			say_gateway(f, sender, r, &router->prefix.addr);
	}
	if (f->ops.n == 0)
		say_advice(f, "give %s to the router of that network, or change the route", gw.s);
	return true;
}

/* --- route-wrong --- */

/* The only address of an interface that is in one network with one of the other end's; NULL: none, or several. */
static const struct iface_addr *router_on(const struct question *q, int ns, int ifindex, int end_ns,
					  const struct link *end)
{
	const struct iface_addr *router = NULL;

	vec_each(a, &snapshot_ns(q->s, end_ns)->addrs) {
		const struct iface_addr *own = a->ifindex == end->ifindex ?
						       ns_addr_on(snapshot_ns(q->s, ns), ifindex,
								  a->prefix.addr.family, &a->prefix.addr) : NULL;

		if (!own || !tells_network(a, q->leg->pkt.dst.family) || !one_network(&own->prefix, &a->prefix))
			continue;
		if (router)
			return NULL;
		router = a;
	}
	return router;
}

/* A route without a gateway takes what is far for a neighbour, whom nobody answers for. */
static bool route_wrong(const struct question *q, struct finding *f)
{
	const struct leg *sender = sender_of(q);
	const struct route *r = sender && sender->routed ? sender->lookup.route : NULL;
	const struct iface_addr *router;
	const struct link *end;
	int end_ns, ns, ifindex;

	if (!r || q->leg->proxied || addr_is_set(&sender->lookup.gateway) || sender->kind != LEG_SEND || nd_answer_lost(q) ||
	    (q->leg->stop != STOP_NO_OWNER && !(arp_failed(q) && q->leg->dir == DIR_REQUEST)))
		return false;
	/* of its own network, or somebody's on that wire */
	if (ns_addr_on(snapshot_ns(q->s, sender->ns), sender->oif, sender->nexthop.family, &sender->nexthop) ||
	    owner_of(q, &sender->nexthop, sender->ns, &ns, &ifindex) ||
	    !known_elsewhere(q, sender, &end_ns, &end))
		return false;
	router = router_on(q, sender->ns, sender->oif, end_ns, end);
	say(f, sender->ns, prefix_text(&r->dst).s, "the route of %s to %s names no gateway, so that %s is looked for behind "
	    "%s itself", who(q, sender->ns).s, prefix_text(&r->dst).s, addr_text(&sender->nexthop).s,
	    ifname(q, sender->ns, sender->oif).s);
	say_evidence(f, "%s is of no network of %s, and %s in %s has its way to it by another interface",
		     addr_text(&sender->nexthop).s, ifname(q, sender->ns, sender->oif).s, end->name, who(q, end_ns).s);
	if (router && r->nexthops == 1) {
		say_gateway(f, sender, r, &router->prefix.addr);
	} else {
		say_advice(f, "ip route replace %s via ROUTER", prefix_text(&r->dst).s);
	}
	f->mark = "no gateway named";
	return true;
}

static const struct fault rows[] = {
	{ .code = "ipv6-disabled",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = ipv6_disabled,
	  .safety = SAFETY_CONSENT,
	  .means = "IPv6 is switched off on an interface that the path needs, or its MTU is too small for it.",
	  .proof = "The switch disable_ipv6, and no address or route where one is needed.",
	  .fix = "sysctl -w net.ipv6.conf.X.disable_ipv6=0. The addresses that the switch took away have to be given "
		 "again." },
	{ .code = "no-address",
	  .legs = LEG_BIT(LEG_SEND) | LEG_BIT(LEG_DELIVER),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = no_address,
	  .safety = SAFETY_MANUAL,
	  .means = "The namespace has no usable source address.",
	  .proof = "The dump of its addresses.",
	  .fix = "ip addr add ADDRESS/PREFIX dev X: which one is a person's choice." },
	{ .code = "wrong-subnet",
	  .legs = LEGS_INSIDE | LEG_BIT(LEG_OUTSIDE),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = wrong_subnet,
	  .safety = SAFETY_MANUAL,
	  .means = "Address or prefix length put the gateway or target off the link, or take a far target "
		   "for one on the link.",
	  .proof = "The addresses of both ends, on a leg that failed.",
	  .fix = "Addresses of one network with one prefix length at both ends." },
	{ .code = "route-policy",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = route_policy,
	  .safety = SAFETY_MANUAL,
	  .means = "A policy rule selects a table that has no way on.",
	  .proof = "The rule, and the lookup it decides.",
	  .fix = "Change the rule, or the table it selects." },
	{ .code = "no-route",
	  .legs = LEG_BIT(LEG_SEND),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = no_route,
	  .safety = SAFETY_CONSENT,
	  .means = "The namespace has no route to the destination, usually no default route.",
	  .proof = "The kernel's lookup answers ENETUNREACH.",
	  .fix = "ip route add default via GATEWAY, where exactly one gateway is certain." },
	{ .code = "route-blackhole",
	  .legs = LEG_BIT(LEG_SEND) | LEG_BIT(LEG_FORWARD),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = route_blackhole,
	  .safety = SAFETY_CONSENT,
	  .means = "A blackhole, unreachable or prohibit route, or such a policy rule, takes the packet.",
	  .proof = "The entry, and the error of the kernel's lookup.",
	  .fix = "Delete that route or rule; where it is of a whole block, and the route of one member is missing, add that." },
	{ .code = "gateway-missing",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = gateway_missing,
	  .safety = SAFETY_CONSENT,
	  .means = "The next hop's address belongs to no interface on that segment: the bridge has lost "
		   "its address, or the route names a wrong one.",
	  .proof = "ARP or ND for it is unanswered, and nobody owns it.",
	  .fix = "Give the address to the bridge, or correct the route, where only one of both is possible." },
	{ .code = "route-wrong",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = route_wrong,
	  .safety = SAFETY_CONSENT,
	  .means = "The route that is taken leads to a dead end: it names no gateway for what is far away.",
	  .proof = "The route, nobody who answers for the destination on that wire, and the way that the other end has.",
	  .fix = "ip route replace … via the router of that network." },
};

const struct fault_group faults_route = {
	.name = "address and route",
	.rows = rows,
	.n = ARRAY_SIZE(rows),
};
