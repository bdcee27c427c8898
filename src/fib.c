/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fib.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#define LOOPBACK_IFINDEX 1

static bool prefix_matches(const struct prefix *p, const struct addr *a)
{
	return !addr_is_set(&p->addr) || p->len == 0 || prefix_has(p, a);
}

static bool interface_matches(const struct ns *ns, const char *name, int ifindex)
{
	return !name[0] || streq(name, ns_ifname(ns, ifindex).s);
}

static bool port_matches(uint16_t min, uint16_t max, uint16_t port)
{
	return (min == 0 && max == 0) || (port >= min && port <= max);
}

static bool rule_matches(const struct ns *ns, const struct fib_rule *r, const struct fib_query *q)
{
	uint8_t protocol = proto_number(q->proto, q->dst.family);
	bool matches;

	if (r->family != q->dst.family)
		return false;
	/* an own packet has the loopback as its incoming interface (ip_route_output_key) */
	matches = interface_matches(ns, r->iif, q->iif ? q->iif : LOOPBACK_IFINDEX) &&
		  interface_matches(ns, r->oif, q->oif) && ((r->mark ^ q->mark) & r->mask) == 0 &&
		  prefix_matches(&r->src, &q->src) && prefix_matches(&r->dst, &q->dst) &&
		  r->tos == 0 && !r->l3mdev &&
		  (!r->ip_proto || r->ip_proto == protocol) &&
		  port_matches(r->sport_min, r->sport_max, q->sport) &&
		  port_matches(r->dport_min, r->dport_max, q->dport) &&
		  (!r->has_uid || (q->uid >= r->uid_min && q->uid <= r->uid_max));
	return matches != r->invert;
}

/* Is a better than b, of two routes of one table that both match? (longest prefix, then metric) */
static bool better(const struct route *a, const struct route *b)
{
	if (!b)
		return true;
	if (a->dst.len != b->dst.len)
		return a->dst.len > b->dst.len;
	if (a->src.len != b->src.len) /* IPv6's routes by source (CONFIG_IPV6_SUBTREES) */
		return a->src.len > b->src.len;
	return a->priority < b->priority;
}

static const struct route *table_lookup(const struct ns *ns, uint32_t table,
					const struct fib_query *q)
{
	const struct route *best = NULL;

	vec_each(r, &ns->routes) {
		if (r->table != table || r->dst.addr.family != q->dst.family)
			continue;
		if (!prefix_has(&r->dst, &q->dst) || r->tos != 0)
			continue;
		if (r->nh.flags & RTNH_F_DEAD)
			continue;
		if (q->oif && r->nh.oif && r->nh.oif != q->oif)
			continue;
		if (r->src.len && (!addr_is_set(&q->src) || !prefix_has(&r->src, &q->src)))
			continue;
		/* a link-local destination is one of the link that it is asked on */
		if (q->dst.family == AF_INET6 && addr_is_linklocal(&q->dst) && (q->oif || q->iif) &&
		    r->nh.oif != (q->oif ? q->oif : q->iif))
			continue;
		if (better(r, best))
			best = r;
	}
	return best;
}

/* The errno of a route type (fib_props[], net/ipv4/fib_semantics.c). */
static int type_error(uint8_t type)
{
	switch (type) {
	case RTN_BLACKHOLE:
		return -EINVAL;
	case RTN_UNREACHABLE:
		return -EHOSTUNREACH;
	case RTN_PROHIBIT:
		return -EACCES;
	case RTN_THROW:
		return -EAGAIN;
	default:
		return 0;
	}
}

/* Fills ret from one rule. Returns false where the next rule has to be asked. */
static bool apply_rule(const struct ns *ns, const struct fib_rule *rule, const struct fib_query *q,
		       struct lookup *ret)
{
	const struct route *r;

	switch (rule->action) {
	case FR_ACT_TO_TBL:
		break;
	case FR_ACT_UNREACHABLE:
		*ret = (struct lookup){ .error = -ENETUNREACH, .rule = rule };
		return true;
	case FR_ACT_PROHIBIT:
		*ret = (struct lookup){ .error = -EACCES, .rule = rule };
		return true;
	case FR_ACT_BLACKHOLE:
		*ret = (struct lookup){ .error = -EINVAL, .rule = rule };
		return true;
	default:
		return false;
	}
	r = table_lookup(ns, rule->table, q);
	if (!r || r->type == RTN_THROW)
		return false;
	if (rule->suppress_prefixlen >= 0 && r->dst.len <= rule->suppress_prefixlen)
		return false;
	*ret = (struct lookup){
		.error = type_error(r->type),
		.type = r->type,
		.oif = r->nh.oif,
		.gateway = r->nh.gateway,
		.prefsrc = r->prefsrc,
		.route = r,
		.rule = rule,
	};
	return true;
}

void fib_lookup(const struct ns *ns, const struct fib_query *q, struct lookup *ret)
{
	/* what a namespace has whose rules could not be read */
	static const uint32_t defaults[] = { RT_TABLE_LOCAL, RT_TABLE_MAIN, RT_TABLE_DEFAULT };
	struct lookup l = { .error = -ENETUNREACH };

	vec_each(r, &ns->rules) {
		if (rule_matches(ns, r, q) && apply_rule(ns, r, q, &l)) {
			*ret = l;
			return;
		}
	}
	for (size_t i = 0; ns->rules.n == 0 && i < ARRAY_SIZE(defaults); i++) {
		fib_lookup_table(ns, q, defaults[i], &l);
		if (l.route) {
			*ret = l;
			return;
		}
	}
	*ret = (struct lookup){ .error = -ENETUNREACH };
}

void fib_lookup_table(const struct ns *ns, const struct fib_query *q, uint32_t table,
		      struct lookup *ret)
{
	const struct fib_rule rule = { .action = FR_ACT_TO_TBL,
				       .table = table,
				       .suppress_prefixlen = -1 };
	struct lookup l;

	if (!apply_rule(ns, &rule, q, &l))
		l = (struct lookup){ .error = -ENETUNREACH };
	l.rule = NULL;
	*ret = l;
}

/* inet_select_addr() (net/ipv4/devinet.c); ip6_route_get_saddr() (include/net/ip6_route.h) */
struct addr fib_source(const struct ns *ns, const struct lookup *l, const struct addr *dst)
{
	const struct addr *near = addr_is_set(&l->gateway) ? &l->gateway : dst;
	const struct iface_addr *a;

	if (addr_is_set(&l->prefsrc))
		return l->prefsrc;
	if (l->type == RTN_LOCAL)
		return *dst;
	if (dst->family == AF_INET6)
		return fib_source6(ns, l->oif, dst);
	a = ns_addr_on(ns, l->oif, dst->family, near);
	if (!a)
		a = ns_addr_on(ns, l->oif, dst->family, &(struct addr){ 0 });
	if (a)
		return a->prefix.addr;
	vec_each(other, &ns->addrs)
		if (other->prefix.addr.family == dst->family && other->scope < RT_SCOPE_LINK)
			return other->prefix.addr;
	return (struct addr){ 0 };
}

int fib_rp_filter(const struct ns *ns, int ifindex)
{
	const struct link *l = ns_link(ns, ifindex);
	int own = l ? l->inet.rp_filter : 0;

	return own > ns->all.rp_filter ? own : ns->all.rp_filter;
}

static bool has_address(const struct ns *ns, int ifindex, uint8_t family)
{
	return ns_addr_on(ns, ifindex, family, &(struct addr){ 0 }) != NULL;
}

enum rpf fib_reverse_path(const struct ns *ns, const struct fib_query *q, struct lookup *ret_reverse)
{
	const struct link *in = ns_link(ns, q->iif);
	int mode = fib_rp_filter(ns, q->iif);
	bool accept_local = in && (in->inet.accept_local || ns->all.accept_local);
	bool vmark = in && (in->inet.src_valid_mark || ns->all.src_valid_mark);
	struct fib_query back = {
		.src = q->dst,
		.dst = q->src,
		.iif = q->oif, /* the output interface; nothing for local delivery */
		.mark = vmark ? q->mark : 0,
	};
	struct lookup l;

	fib_lookup(ns, &back, &l);
	if (ret_reverse)
		*ret_reverse = l;
	if (mode == 0) {
		if (!accept_local && l.error == 0 && l.type == RTN_LOCAL)
			return RPF_MARTIAN;
		return RPF_PASS;
	}
	if (l.error)
		return RPF_DROP;
	if (l.type != RTN_UNICAST && !(l.type == RTN_LOCAL && accept_local))
		return RPF_MARTIAN;
	if (l.oif == q->iif || (l.route && l.route->nexthops > 1))
		return RPF_PASS;
	if (!has_address(ns, q->iif, q->src.family))
		return RPF_DROP;
	return mode == 1 ? RPF_DROP : RPF_PASS;
}
