/* SPDX-License-Identifier: GPL-2.0-or-later */
/* forward - in every namespace that routes the packet */
#include <errno.h>
#include <linux/rtnetlink.h>

#include "faults/groups.h"
#include "faults/say.h"

/* --- ip-forward-off, forwarding-off-interface --- */

/* The kernel asks the interface by which the packet comes in (IN_DEV_FORWARD, net/ipv4/route.c). */
static bool forwarding_off(const struct question *q)
{
	const struct link *in = ns_link(leg_ns(q), q->leg->iif);

	if (q->leg->kind != LEG_FORWARD || q->leg->stop == STOP_NO_OWNER ||
	    q->leg->pkt.dst.family != AF_INET)
		return false;
	return in && in->inet.known && !in->inet.forwarding && !leg_ns(q)->error[COLLECT_SYSCTL];
}

/*
 * It would send the packet back by the interface where that came in: it is hardly meant to be a router, and whoever sent
 * the packet there has a wrong route. Forwarding would only hide that.
 */
static bool is_no_router(const struct question *q, struct finding *f, const char *key)
{
	const struct leg *l = q->leg;

	if (l->ns == NS_HOST || l->lookup.error || l->lookup.type != RTN_UNICAST || l->lookup.oif != l->iif)
		return false;
	say_evidence(f, "%s would send it back by %s, where it came in: most likely the route by way of %s is wrong",
		     who(q, l->ns).s, ifname(q, l->ns, l->iif).s, who(q, l->ns).s);
	say_advice(f, "correct the route that leads to %s, or make a router of it: sysctl -w %s=1", who(q, l->ns).s, key);
	return true;
}

static bool ip_forward_off(const struct question *q, struct finding *f)
{
	struct op *op;

	if (!forwarding_off(q) || leg_ns(q)->all.forwarding)
		return false;
	say(f, q->leg->ns, "net.ipv4.ip_forward", "%s does not forward IPv4 (net.ipv4.ip_forward = 0)",
	    who(q, q->leg->ns).s);
	say_evidence(f, "net.ipv4.ip_forward is 0");
	f->mark = "not forwarded";
	if (is_no_router(q, f, "net.ipv4.ip_forward"))
		return true;
	op = say_op(f, OP_SYSCTL, q->leg->ns, 0);
	op->sysctl = "net.ipv4.ip_forward";
	op->value = 1;
	return true;
}

/* --- ip6-forward-off --- */

/*
 * A router believes no router advertisements, and forgets the default routes that it has by them, except on
 * interfaces that are told to (rt6_purge_dflt_routers(), net/ipv6/route.c).
 */
static void keep_advertised_routes(const struct question *q, struct finding *f)
{
	vec_each(r, &leg_ns(q)->routes) {
		const struct link *l = ns_link(leg_ns(q), r->nh.oif);
		_cleanup_(freep) char *key = NULL;
		bool known = false;
		struct op *op;

		if (r->dst.addr.family != AF_INET6 || r->dst.len || r->protocol != RTPROT_RA || !l ||
		    l->inet6.accept_ra != 1)
			continue;
		vec_each(have, &f->ops)
			known |= have->ifindex == l->ifindex;
		if (known)
			continue;
		say_evidence(f, "the default route by %s came by router advertisement: a router keeps it only "
			     "with accept_ra = 2", l->name);
		key = xasprintf("net.ipv6.conf.%s.accept_ra", l->name);
		op = say_op(f, OP_SYSCTL, q->leg->ns, l->ifindex);
		op->sysctl = snapshot_intern(q->s, key);
		op->value = 2;
		op->old = l->inet6.accept_ra;
	}
}

/*
 * Unlike IPv4's, the switches of the interfaces do not decide it (they say who is a router), but that of "all"; since
 * Linux 6.17 also force_forwarding of the interface by which the packet comes in (ip6_forward(), net/ipv6/ip6_output.c).
 */
static bool ip6_forward_off(const struct question *q, struct finding *f)
{
	const struct link *in = ns_link(leg_ns(q), q->leg->iif);
	const struct ns *ns = leg_ns(q);
	struct op *op;

	if (q->leg->kind != LEG_FORWARD || q->leg->stop == STOP_NO_OWNER ||
	    q->leg->pkt.dst.family != AF_INET6)
		return false;
	if (!ns->all6.known || ns->error[COLLECT_SYSCTL] || ns->all6.forwarding ||
	    !in || in->inet6.force_forwarding)
		return false;
	say(f, q->leg->ns, "net.ipv6.conf.all.forwarding",
	    "%s does not forward IPv6 (net.ipv6.conf.all.forwarding = 0)", who(q, q->leg->ns).s);
	say_evidence(f, "net.ipv6.conf.all.forwarding is 0");
	if (in->inet6.forwarding)
		say_evidence(f, "net.ipv6.conf.%s.forwarding is 1, which only makes it a router's interface",
			     in->name);
	f->mark = "not forwarded";
	if (is_no_router(q, f, "net.ipv6.conf.all.forwarding"))
		return true;
	keep_advertised_routes(q, f);
	op = say_op(f, OP_SYSCTL, q->leg->ns, 0);
	op->sysctl = "net.ipv6.conf.all.forwarding";
	op->value = 1;
	return true;
}

static bool forwarding_off_interface(const struct question *q, struct finding *f)
{
	const struct op *op;
	const char *in;

	if (!forwarding_off(q) || !leg_ns(q)->all.forwarding)
		return false;
	in = ns_link(leg_ns(q), q->leg->iif)->name;
	op = say_switch(q, f, q->leg->ns, q->leg->iif, "forwarding", 1, 0);
	say(f, q->leg->ns, op->sysctl, "%s does not forward what comes in by %s (%s = 0)",
	    who(q, q->leg->ns).s, in, op->sysctl);
	say_evidence(f, "%s is 0, while net.ipv4.ip_forward is 1", op->sysctl);
	f->mark = "not forwarded";
	return true;
}

/* --- host-no-route, return-route-missing, return-route-wrong --- */

static bool lookup_failed(const struct question *q)
{
	return q->leg->stop == STOP_NO_ROUTE && !q->leg->lookup.route && !q->leg->lookup.rule;
}

/* An interface that went down took its routes, and those of IPv6 its addresses with it. */
static void say_links_down(const struct question *q, struct finding *f)
{
	vec_each(l, &leg_ns(q)->links)
		if (is_carrier(l) && !is_up(l) && !l->master && !is_bridge(l))
			say_evidence(f, "%s is down; routes%s go when an interface does", l->name,
				     q->leg->pkt.dst.family == AF_INET6 ? " and addresses of IPv6" : "");
}

/* Does nobody on this machine have the address? Where not all namespaces could be read, nobody knows. */
static bool is_free(const struct question *q, const struct addr *a)
{
	if (!q->facts->others)
		return false;
	vec_each(ns, &q->s->ns)
		if (ns->error[COLLECT_ADDR] || ns_addr(ns, a))
			return false;
	vec_each(other, &q->facts->others->ns)
		if (other->error[COLLECT_ADDR] || ns_addr(other, a))
			return false;
	return true;
}

/* Are only veths on a segment of the host? Else its router may be beyond this machine. */
static bool is_inner(const struct ns *host, const struct link *end)
{
	vec_each(l, &host->links)
		if (l->master == end->ifindex && !streq(l->kind, "veth"))
			return false;
	return true;
}

/*
 * The request for a namespace of this machine leaves that by the host's default route, while what its own veth ends in has
 * no address: by which the route to it went, too. Fills that end, the namespace's own address, and the one by which it is
 * known to look for that end. Somebody outside may have the same address, but was not meant.
 */
static bool lost_segment(const struct question *q, const struct link **ret_end, const struct iface_addr **ret_own,
			 struct prefix *ret_gateway)
{
	const struct leg *sender = q->leg->kind == LEG_OUTSIDE ? sender_before(q) : sender_of(q);
	const struct flow *flow = &q->path->flow;
	const struct iface_addr *own;
	int end_ns;

	if (!sender || q->leg->ns != NS_HOST || sender->ns != NS_HOST || !sender->routed ||
	    !sender->lookup.route || sender->lookup.route->dst.len || flow->entry || flow->dst_ns <= NS_HOST ||
	    (q->leg->kind != LEG_OUTSIDE && q->leg->stop != STOP_PEER_UNKNOWN))
		return false;
	own = ns_addr(snapshot_ns(q->s, flow->dst_ns), &sender->pkt.dst);
	if (!own || !segment_end(q, flow->dst_ns, own->ifindex, &end_ns, ret_end) || end_ns != NS_HOST ||
	    !is_inner(snapshot_ns(q->s, NS_HOST), *ret_end))
		return false;
	vec_each(a, &snapshot_ns(q->s, NS_HOST)->addrs)
		if (a->ifindex == (*ret_end)->ifindex && a->prefix.addr.family == sender->pkt.dst.family &&
		    !addr_is_linklocal(&a->prefix.addr))
			return false;
	*ret_own = own;
	*ret_gateway = (struct prefix){ 0 };
	vec_each(r, &snapshot_ns(q->s, flow->dst_ns)->routes)
		if (r->dst.len == 0 && r->nh.oif == own->ifindex && addr_is_set(&r->nh.gateway) &&
		    prefix_has(&own->prefix, &r->nh.gateway))
			*ret_gateway = (struct prefix){ .addr = r->nh.gateway, .len = own->prefix.len };
	return true;
}

static bool say_lost_segment(const struct question *q, struct finding *f)
{
	const struct addr *dst = &q->leg->pkt.dst;
	const struct iface_addr *own;
	const struct link *end = NULL;
	struct prefix gateway;

	if (q->leg->dir != DIR_REQUEST || !lost_segment(q, &end, &own, &gateway))
		return false;
	say(f, NS_HOST, addr_text(dst).s, "%s has no route to %s: only the default route matches, and leads out by %s",
	    who(q, NS_HOST).s, addr_text(dst).s, ifname(q, NS_HOST, q->leg->oif).s);
	say_evidence(f, "%s is behind %s of %s, which has no address", addr_text(dst).s, end->name, who(q, NS_HOST).s);
	if (addr_is_set(&gateway.addr) && is_free(q, &gateway.addr)) {
		say_evidence(f, "%s is the gateway of %s, and nobody's address", addr_text(&gateway.addr).s,
			     who(q, q->path->flow.dst_ns).s);
		say_op(f, OP_ADDR_ADD, NS_HOST, end->ifindex)->prefix = gateway;
	} else if (own->prefix.len == addr_len(dst->family) * 8) {
		say_host_route(q, f, dst, end);
	} else {
		say_advice(f, "give %s an address of the network of %s", end->name, who(q, q->path->flow.dst_ns).s);
	}
	f->mark = "no route";
	return true;
}

static bool host_no_route(const struct question *q, struct finding *f)
{
	_cleanup_(freep) char *ip = NULL;

	if (say_lost_segment(q, f))
		return true;
	if (!lookup_failed(q) || q->leg->dir != DIR_REQUEST)
		return false;
	say(f, q->leg->ns, addr_text(&q->leg->pkt.dst).s, "%s has no route to %s",
	    who(q, q->leg->ns).s, addr_text(&q->leg->pkt.dst).s);
	say_evidence(f, "route lookup for %s in %s: Network is unreachable",
		     addr_text(&q->leg->pkt.dst).s, who(q, q->leg->ns).s);
	say_links_down(q, f);
	ip = op_ip_in(q->s, q->leg->ns, q->leg->pkt.dst.family);
	say_advice(f, "%s route add default via GATEWAY", ip);
	f->mark = "no route";
	return true;
}

/*
 * The route that leads back to the asker: by the network of the interface by
 * which it came, else by whoever sent it there.
 */
static void say_way_back(const struct question *q, struct finding *f)
{
	const struct leg *in = request_leg(q, q->leg->ns), *first = &q->path->legs.v[0];
	const struct leg *from = in && in->incoming >= 0 ? &q->path->legs.v[in->incoming] : NULL;
	const struct addr *asker = &q->leg->pkt.dst, none = { 0 };
	const struct iface_addr *own = in ? ns_addr_on(leg_ns(q), in->iif, asker->family, asker) : NULL;
	const struct iface_addr *via, *net;
	struct prefix dst;

	/* to somebody outside it is the default route that is missing */
	if (q->path->flow.entry && q->leg->ns != NS_HOST && say_default_route(q, f))
		return;
	if (own && own->prefix.len + 1u < addr_len(own->prefix.addr.family) * 8) {
		dst = prefix_network(&own->prefix);
		say_route(f, q->leg->ns, &dst, &none, in->iif);
		return;
	}
	via = from ? ns_addr_on(snapshot_ns(q->s, from->ns), from->oif, asker->family, &none) : NULL;
	net = ns_addr_on(snapshot_ns(q->s, first->ns), first->oif, asker->family, asker);
	if (!via || !net || !addr_eq(&net->prefix.addr, asker)) {
		say_advice(f, "ip route add %s/%zu dev INTERFACE", addr_text(asker).s, addr_len(asker->family) * 8);
	} else if (from == first) {
		dst = prefix_host(asker);
		say_route(f, q->leg->ns, &dst, &none, in->iif);
	} else {
		dst = prefix_network(&net->prefix);
		say_route(f, q->leg->ns, &dst, &via->prefix.addr, in->iif);
	}
}

/* Only the default route is left for the answer, and leads back to where it came from. */
static bool back_out(const struct question *q)
{
	const struct leg *l = deciding(q);

	return l && l->kind == LEG_FORWARD && l->lookup.error == 0 && l->lookup.route &&
	       l->lookup.route->dst.len == 0 && l->lookup.oif == l->iif;
}

static const struct leg *detour(const struct question *q);

struct question wrong_turn(const struct question *q)
{
	struct question at = *q;

	for (at.index = q->path->request_legs; !q->path->complete && at.index < q->index; at.index++) {
		at.leg = &q->path->legs.v[at.index];
		if ((at.leg->kind == LEG_FORWARD && back_out(&at)) || (at.leg->routed && detour(&at)))
			return at;
	}
	return *q;
}

static bool return_route_missing(const struct question *q, struct finding *f)
{
	if (q->leg->dir != DIR_REPLY || !(lookup_failed(q) || back_out(q)))
		return false;
	say(f, q->leg->ns, addr_text(&q->leg->pkt.dst).s, "%s has no route back to %s",
	    who(q, q->leg->ns).s, addr_text(&q->leg->pkt.dst).s);
	if (back_out(q))
		say_evidence(f, "only the default route matches %s, and leads back out by %s",
			     addr_text(&q->leg->pkt.dst).s, ifname(q, q->leg->ns, deciding(q)->oif).s);
	else
		say_evidence(f, "route lookup for %s in %s: Network is unreachable",
			     addr_text(&q->leg->pkt.dst).s, who(q, q->leg->ns).s);
	say_way_back(q, f);
	f->mark = "no route back";
	return true;
}

/* Does the answer leave this namespace by another interface than the request came in by? */
static const struct leg *detour(const struct question *q)
{
	const struct leg *l = deciding(q);
	int iif;

	if (!l || !l->routed || l->dir != DIR_REPLY ||
	    (l->kind != LEG_FORWARD && l->kind != LEG_SEND))
		return NULL;
	iif = request_iif(q, l->ns);
	if (!iif || !l->oif || l->oif == iif || l->lookup.type != RTN_UNICAST)
		return NULL;
	/* the route is right and the request came in where it should not */
	if (ns_addr_on(snapshot_ns(q->s, l->ns), l->oif, l->pkt.dst.family, &l->pkt.dst) &&
	    !ns_addr_on(snapshot_ns(q->s, l->ns), iif, l->pkt.dst.family, &l->pkt.dst))
		return NULL;
	return l;
}

static bool return_route_wrong(const struct question *q, struct finding *f)
{
	const struct leg *l = q->leg->dir == DIR_REPLY ? detour(q) : NULL;
	const struct route *r;
	struct addr_text dst;
	int iif;

	/* the way back may be another and still lead there: only where it does not */
	if (!l || q->path->complete)
		return false;
	iif = request_iif(q, l->ns);
	r = l->lookup.route;
	dst = prefix_text(&r->dst);
	if (r->dst.len == 0)
		str_copy(dst.s, sizeof(dst.s), "default");
	say(f, l->ns, dst.s,
	    "%s sends answers for %s by %s, but it asked by %s", who(q, l->ns).s,
	    addr_text(&l->pkt.dst).s, ifname(q, l->ns, l->oif).s, ifname(q, l->ns, iif).s);
	say_evidence(f, "the route to %s is %s%s%s dev %s", addr_text(&l->pkt.dst).s,
		     dst.s,
		     addr_is_set(&r->nh.gateway) ? " via " : "",
		     addr_is_set(&r->nh.gateway) ? addr_text(&r->nh.gateway).s : "",
		     ifname(q, l->ns, l->oif).s);
	say_advice(f, "correct that route, or add one for %s/%zu dev %s", addr_text(&l->pkt.dst).s,
		   addr_len(l->pkt.dst.family) * 8, ifname(q, l->ns, iif).s);
	f->mark = "leaves elsewhere";
	return true;
}

/* --- rp-filter-drop, martian-source --- */

static enum rpf reverse_path(const struct question *q, struct lookup *back)
{
	const struct leg *l = q->leg;
	const struct packet *pkt = l->n_crossings ? &l->crossings[0].pkt : &l->pkt;
	/* an ARP request is checked as a packet from its sender to the address it asks for */
	const struct leg *sender = arp_failed(q) ? sender_of(q) : NULL;
	struct fib_query query = {
		.src = sender ? sender->pkt.src : pkt->src,
		.dst = sender ? sender->nexthop : pkt->dst,
		.iif = l->iif,
		.oif = sender ? 0 : l->oif,
		.mark = pkt->mark,
		.proto = pkt->proto,
	};

	if ((l->kind != LEG_FORWARD && l->kind != LEG_DELIVER) || !l->iif ||
	    query.src.family != AF_INET)
		return RPF_PASS;
	if (ns_link(leg_ns(q), l->iif) && (ns_link(leg_ns(q), l->iif)->flags & IFF_LOOPBACK))
		return RPF_PASS;
	return fib_reverse_path(leg_ns(q), &query, back);
}

static bool leads_to(const struct question *q, int ifindex, const struct addr *a)
{
	const struct link *end = straight_way(q, a);

	return end && end->ifindex == ifindex;
}

/*
 * A route back that refuses packets is none, for loose mode either. It goes where the route that is then left leads to
 * the source: by where the packet came in, else with the filter made loose. Elsewhere it may well belong there, as that
 * of a whole block above the routes of its members, and another route is missing.
 */
static void say_refusing_route(const struct question *q, struct finding *f, const struct lookup *back,
			       const struct link *in, const struct addr *src)
{
	_cleanup_(snapshot_freep) struct snapshot *world = snapshot_copy(q->s);
	struct op del = { .kind = OP_ROUTE_DEL, .ns = q->leg->ns, .ifindex = back->route->nh.oif, .route = *back->route };
	struct question after = *q;
	struct lookup left;
	enum rpf then = RPF_DROP;
	bool leads = false;

	say_evidence(f, "the route back, for %s, refuses packets", prefix_text(&back->route->dst).s);
	after.s = world;
	if (op_model(world, &del) == 0) {
		then = reverse_path(&after, &left);
		leads = left.error == 0 && (then == RPF_PASS || then == RPF_DROP) &&
			((then == RPF_PASS && left.oif == in->ifindex) || leads_to(q, left.oif, src));
	}
	if (leads) {
		say_op(f, OP_ROUTE_DEL, q->leg->ns, back->route->nh.oif)->route = *back->route;
		if (then == RPF_DROP)
			say_switch(q, f, q->leg->ns, q->leg->iif, "rp_filter", 2, in->inet.rp_filter);
	} else if (leads_to(q, in->ifindex, src)) {
		say_host_route(q, f, src, in);
	} else {
		say_advice(f, "give %s a route back to %s", who(q, q->leg->ns).s, addr_text(src).s);
	}
}

static bool rp_filter_drop(const struct question *q, struct finding *f)
{
	struct lookup back;
	const struct link *in;
	const struct addr *src;

	in = ns_link(leg_ns(q), q->leg->iif);
	if (!in || reverse_path(q, &back) != RPF_DROP)
		return false;
	src = q->leg->n_crossings ? &q->leg->crossings[0].pkt.src : &q->leg->pkt.src;
	say(f, q->leg->ns, switch_name(q, q->leg->ns, q->leg->iif, "rp_filter"),
	    "the reverse-path filter of %s drops packets from %s that come in by %s",
	    who(q, q->leg->ns).s, addr_text(src).s, in->name);
	say_evidence(f, "rp_filter is %d (the larger of all = %d and %s = %d)",
		     fib_rp_filter(leg_ns(q), in->ifindex), leg_ns(q)->all.rp_filter, in->name,
		     in->inet.rp_filter);
	if (back.error && back.route) {
		say_refusing_route(q, f, &back, in, src);
	} else if (back.error) {
		/* loose mode, too, asks for one */
		say_evidence(f, "there is no route back to %s", addr_text(src).s);
		say_advice(f, "give %s a route back to %s", who(q, q->leg->ns).s, addr_text(src).s);
	} else {
		say_evidence(f, "the route back to %s leads to %s, not to %s", addr_text(src).s,
			     ifname(q, q->leg->ns, back.oif).s, in->name);
		say_switch(q, f, q->leg->ns, q->leg->iif, "rp_filter", 2, in->inet.rp_filter);
	}
	f->mark = "reverse-path filter";
	return true;
}

static bool martian_source(const struct question *q, struct finding *f)
{
	const struct addr *src;

	if (reverse_path(q, NULL) != RPF_MARTIAN || led_home(q))
		return false;
	src = &q->leg->pkt.src;
	say(f, q->leg->ns, addr_text(src).s,
	    "%s refuses packets from %s on %s: that is an address of its own", who(q, q->leg->ns).s,
	    addr_text(src).s, ifname(q, q->leg->ns, q->leg->iif).s);
	say_evidence(f, "%s is local to %s: a packet from it cannot come in by an interface",
		     addr_text(src).s, who(q, q->leg->ns).s);
	if (addr_is_loopback(src))
		say_advice(f, "masquerade what is led there from the loopback: iptables -t nat -A POSTROUTING -s 127.0.0.0/8 -d %s "
			   "-j MASQUERADE", addr_text(&q->leg->pkt.dst).s);
	else
		say_advice(f, "give the sender another address than one of %s", who(q, q->leg->ns).s);
	f->mark = "martian source";
	return true;
}

/* --- route-localnet-off --- */

/* Does 127.0.0.0/8 stay on the loopback, as it does by the switches of an interface and of "all" (IN_DEV_ORCONF)? */
static bool keeps_localnet(const struct ns *ns, int ifindex)
{
	const struct link *l = ns_link(ns, ifindex);

	return l && !(l->flags & IFF_LOOPBACK) && l->inet.known && !l->inet.route_localnet &&
	       !ns->error[COLLECT_SYSCTL] && !ns->all.route_localnet;
}

/*
 * The interface that refuses an address of 127.0.0.0/8: what comes in for one, as after a DNAT (ip_route_input_slow(),
 * which bridge-nf calls already where it translates), or what leaves with one, led out by a DNAT (__mkroute_output()).
 * 0: none does.
 */
static int refuses_localnet(const struct question *q, bool *ret_leaves)
{
	const struct leg *l = q->leg;
	int in = l->kind == LEG_BRIDGE_UP ? l->oif : l->iif;

	*ret_leaves = l->kind == LEG_SEND;
	if (*ret_leaves)
		return l->n_crossings && l->stop == STOP_NONE && l->crossings[0].pkt.src.family == AF_INET &&
				       addr_is_loopback(&l->crossings[0].pkt.src) && keeps_localnet(leg_ns(q), l->oif) ?
			       l->oif : 0;
	return l->pkt.dst.family == AF_INET && addr_is_loopback(&l->pkt.dst) && keeps_localnet(leg_ns(q), in) ? in : 0;
}

static bool route_localnet_off(const struct question *q, struct finding *f)
{
	const struct leg *l = q->leg;
	bool leaves;
	int ifindex = refuses_localnet(q, &leaves);
	const struct addr *a;

	if (!ifindex)
		return false;
	a = leaves ? &l->crossings[0].pkt.src : &l->pkt.dst;
	say(f, l->ns, switch_name(q, l->ns, ifindex, "route_localnet"),
	    leaves ? "%s lets nothing from %s leave by %s, where a DNAT leads it" :
		     "%s takes nothing for %s that comes in by %s, which a DNAT leads there",
	    who(q, l->ns).s, addr_text(a).s, ifname(q, l->ns, ifindex).s);
	say_evidence(f, "%s is 0, so that 127.0.0.0/8 stays on the loopback", switch_name(q, l->ns, ifindex, "route_localnet"));
	for (size_t i = 0; i < l->n_crossings; i++)
		if (l->crossings[i].res.nat.kind == NAT_DEST)
			say_rule(q, f, l->ns, l->crossings[i].res.nat_chain, l->crossings[i].res.nat_handle);
	say_switch(q, f, l->ns, ifindex, "route_localnet", 1, 0);
	f->mark = "stays on the loopback";
	return true;
}

/* --- ttl-expired --- */

/* The packet of an attempt as it was seen first. */
static const struct sighting *first_seen(const struct question *q, const struct sighting *about)
{
	const enum sight_kind kind = about->error_of_reply ? SIGHT_REPLY : SIGHT_REQUEST;

	vec_each(s, &q->facts->obs->sightings)
		if (s->kind == kind && s->probe == about->probe && s->attempt == about->attempt)
			return s;
	return NULL;
}

/* The packet asked about, as it came to this leg on its last hop, where no error about it can find a way back. */
static const struct sighting *untold(const struct question *q)
{
	const enum sight_kind kind = q->leg->dir == DIR_REPLY ? SIGHT_REPLY : SIGHT_REQUEST;
	const struct packet *pkt = q->leg->n_crossings ? &q->leg->crossings[0].pkt : &q->leg->pkt;
	struct lookup back;

	vec_each(s, &q->facts->obs->sightings) {
		if (s->kind != kind || s->out || s->pkt.ttl != 1 || s->ns != q->leg->ns || s->ifindex != q->leg->iif ||
		    s->pkt.proto != pkt->proto || !addr_eq(&s->pkt.dst, &pkt->dst))
			continue;
		fib_lookup(leg_ns(q), &(struct fib_query){ .dst = s->pkt.src }, &back);
		if (back.error)
			return s;
	}
	return NULL;
}

/* Was the same packet seen once more where it was seen before? Then it goes round. */
static bool goes_round(const struct question *q, const struct sighting *first)
{
	size_t times = 0;

	vec_each(s, &q->facts->obs->sightings)
		times += s->kind == first->kind && s->probe == first->probe && s->attempt == first->attempt &&
			 s->ns == first->ns && s->ifindex == first->ifindex && s->out == first->out;
	return times > 1;
}

/* Whoever routes it says so: ip_forward() of net/ipv4, ip6_forward() of net/ipv6, before the forward hook. */
static bool ttl_expired(const struct question *q, struct finding *f)
{
	const bool v6 = q->leg->pkt.dst.family == AF_INET6;
	const char *what = v6 ? "hop limit" : "TTL";
	const struct sighting *error, *first;

	if (q->leg->kind != LEG_FORWARD)
		return false;
	error = q->ev->error < 0 ? NULL : &q->facts->obs->sightings.v[q->ev->error];
	if (error && (!icmp_is_time_exceeded(error->pkt.src.family, error->pkt.icmp_type, error->pkt.icmp_code) ||
		      error->error_of_reply != (q->leg->dir == DIR_REPLY) || !ns_is_local(leg_ns(q), &error->pkt.src)))
		return false;
	first = error ? first_seen(q, error) : untold(q);
	if (!error && !first)
		return false;
	/* which route leads it so is others' to say */
	if (first && goes_round(q, first))
		return false;
	say(f, q->leg->ns, ifname(q, q->leg->ns, q->leg->iif).s, "%s come with a %s of 1 to %s, which may not pass them on",
	    q->leg->dir == DIR_REPLY ? "answers" : "packets", what, who(q, q->leg->ns).s);
	if (error)
		say_evidence(f, "an ICMP \"time exceeded\" came from %s, an address of %s",
			     addr_text(&error->pkt.src).s, who(q, q->leg->ns).s);
	else
		say_evidence(f, "%s has no route back to %s, by which it could say so", who(q, q->leg->ns).s,
			     addr_text(&first->pkt.src).s);
	if (first)
		say_evidence(f, "%s was %u on %s in %s, where it was seen first", what, first->pkt.ttl,
			     ifname(q, first->ns, first->ifindex).s, who(q, first->ns).s);
	say_advice(f, "see %s in the namespace that sends them, and rules that set the %s",
		   v6 ? "net.ipv6.conf.X.hop_limit" : "net.ipv4.ip_default_ttl", what);
	f->mark = v6 ? "hop limit" : "TTL is over";
	return true;
}

static const struct fault rows[] = {
	{ .code = "rp-filter-drop",
	  .legs = LEG_BIT(LEG_FORWARD) | LEG_BIT(LEG_DELIVER),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = rp_filter_drop,
	  .safety = SAFETY_CONSENT,
	  .means = "The reverse-path filter drops it: the route back to its source leads elsewhere. The "
		   "effective value is the larger of net.ipv4.conf.all and the interface's.",
	  .proof = "The values, a packet lost there, and the reverse lookup.",
	  .fix = "Loose mode on that interface: sysctl -w net.ipv4.conf.X.rp_filter=2. A route back that refuses packets is "
		 "deleted where the one that is left leads to the source; else a route to the source is missing." },
	{ .code = "martian-source",
	  .legs = LEG_BIT(LEG_FORWARD) | LEG_BIT(LEG_DELIVER),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = martian_source,
	  .safety = SAFETY_MANUAL,
	  .means = "The packet's source is one of the router's own addresses, or never valid there.",
	  .proof = "The kernel's lookup of the source.",
	  .fix = "Give the sender another address." },
	{ .code = "ip-forward-off",
	  .legs = LEG_BIT(LEG_FORWARD),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = ip_forward_off,
	  .safety = SAFETY_CONSENT,
	  .means = "IPv4 forwarding is off, so that the host delivers packets to itself only.",
	  .proof = "The value of net.ipv4.ip_forward, and packets that come in and do not leave.",
	  .fix = "sysctl -w net.ipv4.ip_forward=1." },
	{ .code = "ip6-forward-off",
	  .legs = LEG_BIT(LEG_FORWARD),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = ip6_forward_off,
	  .safety = SAFETY_CONSENT,
	  .means = "IPv6 forwarding is off. The switch of \"all\" decides; those of the interfaces only say where "
		   "this is a router.",
	  .proof = "The value of net.ipv6.conf.all.forwarding, and packets that come in and do not leave.",
	  .fix = "sysctl -w net.ipv6.conf.all.forwarding=1, and before it accept_ra=2 where the default route "
		 "came by router advertisement: a router forgets it otherwise." },
	{ .code = "forwarding-off-interface",
	  .legs = LEG_BIT(LEG_FORWARD),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = forwarding_off_interface,
	  .safety = SAFETY_CONSENT,
	  .means = "Forwarding is on, but off on the interface by which the packet comes in; for the "
		   "answer that is the uplink.",
	  .proof = "The interface's switch, and packets that come in and do not leave.",
	  .fix = "sysctl -w net.ipv4.conf.X.forwarding=1." },
	{ .code = "route-localnet-off",
	  .legs = LEG_BIT(LEG_SEND) | LEG_BIT(LEG_BRIDGE_UP) | LEG_BIT(LEG_DELIVER),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = route_localnet_off,
	  .safety = SAFETY_CONSENT,
	  .means = "A DNAT leads to 127.0.0.0/8 what comes in by an interface, or leads out by one what was sent from "
		   "there, and the interface keeps those addresses to the loopback.",
	  .proof = "The rule, and the switch route_localnet of the interface and of \"all\".",
	  .fix = "sysctl -w net.ipv4.conf.X.route_localnet=1. Neighbours on X can then reach more of the loopback's services: "
		 "a DNAT to an address of X itself is the better way where the service can listen there." },
	{ .code = "ttl-expired",
	  .legs = LEG_BIT(LEG_FORWARD),
	  .ask = ASK_SEEN,
	  .match = ttl_expired,
	  .safety = SAFETY_MANUAL,
	  .means = "The packet has no hop left (TTL, hop limit) where it would have to be routed.",
	  .proof = "The ICMP \"time exceeded\" of a namespace on the way, and the TTL of the packet that was captured.",
	  .fix = "net.ipv4.ip_default_ttl of the sender, or the rule that sets the TTL." },
	{ .code = "host-no-route",
	  .legs = LEG_BIT(LEG_FORWARD) | LEG_BIT(LEG_WIRE) | LEG_BIT(LEG_OUTSIDE),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = host_no_route,
	  .safety = SAFETY_CONSENT,
	  .means = "The namespace that routes the packet has no route on towards the destination, or for a namespace of this "
		   "machine only the default route out of it.",
	  .proof = "The kernel's lookup answers ENETUNREACH; or the packet leaves by the uplink, and what the destination is "
		   "behind has no address.",
	  .fix = "The address that the destination takes for its gateway, where nobody has it. Else ip route add …: where to "
		 "is a person's choice." },
	{ .code = "return-route-missing",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = return_route_missing,
	  .safety = SAFETY_CONSENT,
	  .means = "Answers reach the host, and it has no route back to the source.",
	  .proof = "The lookup of the answer.",
	  .fix = "The route to the source's network, on the interface by which it asks." },
	{ .code = "return-route-wrong",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = return_route_wrong,
	  .safety = SAFETY_MANUAL,
	  .means = "The route back to the source leads elsewhere.",
	  .proof = "The lookup of the answer, which is seen leaving by another interface.",
	  .fix = "Correct the route." },
};

const struct fault_group faults_forward = {
	.name = "forward: in every namespace that routes the packet",
	.rows = rows,
	.n = ARRAY_SIZE(rows),
};
