/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * local - what rules ask of a namespace's own addresses and routes
 *
 * Only as much as matches need. A lookup through policy rules of somebody's
 * own is not tried here: it cannot be said.
 */
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

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

/* Are there no policy rules but the kernel's own (local, main, default)? */
static bool rules_are_plain(const struct ns *ns, uint8_t family)
{
	vec_each(rule, &ns->rules)
		if (rule->family == family &&
		    (rule->action != FR_ACT_TO_TBL ||
		     (rule->table != RT_TABLE_LOCAL && rule->table != RT_TABLE_MAIN &&
		      rule->table != RT_TABLE_DEFAULT)))
			return false;
	return true;
}

static bool better(const struct route *a, const struct route *b)
{
	if (!b || a->dst.len != b->dst.len)
		return !b || a->dst.len > b->dst.len;
	return a->priority < b->priority;
}

/* The most specific route of the main table; oif: among those of that interface where there are several. */
static const struct route *main_route(const struct ns *ns, const struct addr *a, int oif)
{
	const struct route *best = NULL, *best_oif = NULL;

	vec_each(rt, &ns->routes) {
		bool any = !addr_is_set(&rt->dst.addr) && rt->dst.len == 0;

		if (rt->table != RT_TABLE_MAIN || rt->src.len ||
		    !(prefix_has(&rt->dst, a) || (any && rt->nh.gateway.family == a->family)))
			continue;
		if (better(rt, best))
			best = rt;
		if (rt->nh.oif == oif && better(rt, best_oif))
			best_oif = rt;
	}
	if (best && best_oif && best_oif->dst.len == best->dst.len)
		return best_oif;
	return best;
}

int local_route(const struct ns *ns, const struct addr *a, int oif, struct addr *ret_gateway)
{
	const struct route *rt;

	if (!rules_are_plain(ns, a->family) || ns->error[COLLECT_ROUTE])
		return -1;
	if (ns_is_local(ns, a))
		return 0; /* RTN_LOCAL is no answer here */
	rt = main_route(ns, a, oif);
	if (!rt || rt->type != RTN_UNICAST)
		return 0;
	if (rt->nexthops > 1)
		return -1;
	if (ret_gateway)
		*ret_gateway = addr_is_set(&rt->nh.gateway) ? rt->nh.gateway : *a;
	return rt->nh.oif;
}

/* The next hop that the packet takes on oif, for the choice among several addresses. */
static struct addr nexthop_on(const struct ns *ns, int oif, const struct addr *dst)
{
	const struct route *rt = main_route(ns, dst, oif);

	if (rt && rt->nh.oif == oif && rt->nh.gateway.family == dst->family)
		return rt->nh.gateway;
	return *dst;
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

static size_t common_bits(const struct addr *a, const struct addr *b)
{
	size_t n = 0;

	while (n < 128 && !(((a->b[n / 8] ^ b->b[n / 8]) >> (7 - n % 8)) & 1))
		n++;
	return n;
}

/* The rules of RFC 6724 that usually decide: usable, scope, own interface, longest common prefix. */
static struct addr select_ipv6(const struct ns *ns, int oif, const struct addr *dst)
{
	struct addr best = { 0 };
	bool best_on = false;

	vec_each(ia, &ns->addrs) {
		const struct addr *a = &ia->prefix.addr;
		bool on = ia->ifindex == oif;

		if (a->family != AF_INET6 || ia->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED) ||
		    addr_is_loopback(a) || addr_is_linklocal(a) != addr_is_linklocal(dst))
			continue;
		if (addr_is_set(&best) && best_on > on)
			continue;
		if (!addr_is_set(&best) || on > best_on ||
		    common_bits(a, dst) > common_bits(&best, dst)) {
			best = *a;
			best_on = on;
		}
	}
	return best;
}

struct addr local_masquerade_source(const struct ns *ns, int oif, const struct addr *dst)
{
	return dst->family == AF_INET6 ? select_ipv6(ns, oif, dst) : select_ipv4(ns, oif, dst);
}
