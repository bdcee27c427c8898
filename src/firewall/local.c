/* SPDX-License-Identifier: GPL-2.0-or-later */
/* local - what rules ask of a namespace's own addresses and routes */
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "fib.h"
#include "firewall/eval.h"

/* The local table alone decides (__inet_dev_addr_type(), net/ipv4/fib_frontend.c). */
uint8_t local_addr_type(const struct ns *ns, const struct addr *a, int ifindex)
{
	static const struct addr broadcast = { AF_INET, { 255, 255, 255, 255 } };

	if (addr_is_multicast(a))
		return RTN_MULTICAST;
	if (a->family == AF_INET && (a->b[0] == 0 || addr_eq(a, &broadcast)))
		return RTN_BROADCAST;
	vec_each(rt, &ns->routes)
		if (rt->table == RT_TABLE_LOCAL && rt->type == RTN_BROADCAST &&
		    prefix_has(&rt->dst, a) && (!ifindex || rt->nh.oif == ifindex))
			return RTN_BROADCAST;
	if (!ns_is_local(ns, a))
		return RTN_UNICAST;
	if (!ifindex)
		return RTN_LOCAL;
	vec_each(ia, &ns->addrs)
		if (ia->ifindex == ifindex && addr_eq(&ia->prefix.addr, a))
			return RTN_LOCAL;
	return RTN_UNICAST;
}

int local_route(const struct ns *ns, const struct addr *a, const struct addr *from, int dev,
		uint32_t mark)
{
	const struct fib_query q = { .src = *from, .dst = *a, .mark = mark };
	struct lookup l;

	if (ns->error[COLLECT_ROUTE] || ns->error[COLLECT_RULE])
		return -1;
	if (ns_is_local(ns, a))
		return 0; /* RTN_LOCAL is no answer here */
	fib_lookup(ns, &q, &l);
	if (l.error || l.type != RTN_UNICAST)
		return 0;
	if (l.route && l.route->nexthops > 1 && l.oif != dev)
		return -1;
	return l.oif;
}

/* The next hop that the packet takes on oif, for the choice among several addresses. */
static struct addr nexthop_on(const struct ns *ns, int oif, const struct addr *dst)
{
	const struct fib_query q = { .dst = *dst, .oif = oif };
	struct lookup l;

	fib_lookup(ns, &q, &l);
	return l.error == 0 && l.gateway.family == dst->family ? l.gateway : *dst;
}

/* inet_select_addr(oif, next hop, RT_SCOPE_UNIVERSE), net/ipv4/devinet.c */
static struct addr select_ipv4(const struct ns *ns, int oif, const struct addr *dst)
{
	struct addr nexthop = nexthop_on(ns, oif, dst), first = { 0 };

	vec_each(ia, &ns->addrs) {
		if (ia->ifindex != oif || ia->prefix.addr.family != AF_INET ||
		    ia->flags & IFA_F_SECONDARY || ia->scope != RT_SCOPE_UNIVERSE)
			continue;
		if (prefix_has(&ia->prefix, &nexthop))
			return ia->prefix.addr;
		if (!addr_is_set(&first))
			first = ia->prefix.addr;
	}
	if (addr_is_set(&first))
		return first;
	/* else an address of any other interface */
	vec_each(ia, &ns->addrs)
		if (ia->prefix.addr.family == AF_INET && !(ia->flags & IFA_F_SECONDARY) &&
		    ia->scope == RT_SCOPE_UNIVERSE)
			return ia->prefix.addr;
	return first;
}

struct addr local_masquerade_source(const struct ns *ns, int oif, const struct addr *dst)
{
	return dst->family == AF_INET6 ? fib_source6(ns, oif, dst) : select_ipv4(ns, oif, dst);
}
