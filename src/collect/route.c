/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes of all tables: RTM_NEWROUTE (fib_dump_info() in net/ipv4/, rt6_fill_node() in net/ipv6/). */
#include <errno.h>
#include <linux/rtnetlink.h>

#include "collect/collector.h"
#include "nlfield.h"

struct route_message {
	struct addr dst, src, prefsrc, gateway;
	int oif;
	uint32_t table, priority, mtu;
	struct nlspan multipath, via;
};

static const struct nlfield metrics_fields[] = {
	{ RTAX_MTU, NLFIELD(U32, struct route_message, mtu) },
	{ 0 },
};

static const struct nlfield route_fields[] = {
	{ RTA_DST,       NLFIELD(ADDR, struct route_message, dst) },
	{ RTA_SRC,       NLFIELD(ADDR, struct route_message, src) },
	{ RTA_PREFSRC,   NLFIELD(ADDR, struct route_message, prefsrc) },
	{ RTA_GATEWAY,   NLFIELD(ADDR, struct route_message, gateway) },
	{ RTA_VIA,       NLFIELD(SPAN, struct route_message, via) },
	{ RTA_OIF,       NLFIELD(S32, struct route_message, oif) },
	{ RTA_TABLE,     NLFIELD(U32, struct route_message, table) },
	{ RTA_PRIORITY,  NLFIELD(U32, struct route_message, priority) },
	{ RTA_METRICS,   NLFIELD_NESTED(metrics_fields) },
	{ RTA_MULTIPATH, NLFIELD(SPAN, struct route_message, multipath) },
	{ 0 },
};

/* RTA_VIA is a gateway of another family than the destination's: struct rtvia. */
static int read_via(struct nlspan via, struct addr *gateway)
{
	struct rtvia head;
	int r;

	if (via.n == 0)
		return 0;
	if (via.n < sizeof(head))
		return -EBADMSG;
	memcpy(&head, via.p, sizeof(head));
	if (head.rtvia_family > AF_INET6)
		return 0;
	r = addr_from_bytes((uint8_t)head.rtvia_family, (const char *)via.p + sizeof(head),
			    via.n - sizeof(head), gateway);
	return r < 0 ? -EBADMSG : 0;
}

/* One struct rtnexthop with its attributes; *multipath moves behind it. */
static int next_nexthop(struct nlspan *multipath, struct nexthop *ret)
{
	struct route_message m = { 0 };
	struct rtnexthop head;
	size_t step;
	int r;

	if (multipath->n < sizeof(head))
		return -EBADMSG;
	memcpy(&head, multipath->p, sizeof(head));
	if (head.rtnh_len < sizeof(head) || head.rtnh_len > multipath->n)
		return -EBADMSG;
	r = nlfield_read(route_fields,
			 (struct nlspan){ (const char *)multipath->p + sizeof(head),
					  head.rtnh_len - sizeof(head) }, &m);
	if (r == 0)
		r = read_via(m.via, &m.gateway);
	if (r < 0)
		return r;
	*ret = (struct nexthop){
		.oif = head.rtnh_ifindex, .gateway = m.gateway, .flags = head.rtnh_flags,
	};
	step = RTNH_ALIGN((size_t)head.rtnh_len);
	if (step > multipath->n)
		step = multipath->n;
	multipath->p = (const char *)multipath->p + step;
	multipath->n -= step;
	return 0;
}

static int read_multipath(struct nlspan multipath, struct route *route)
{
	while (multipath.n > 0) {
		struct nexthop nh;
		int r = next_nexthop(&multipath, &nh);

		if (r < 0)
			return r;
		if (route->nexthops++ == 0)
			route->nh = nh;
	}
	return 0;
}

static int read_route(const struct rtmsg *rtm, const struct route_message *m, struct route *ret)
{
	int r = collect_prefix(rtm->rtm_family, &m->dst, rtm->rtm_dst_len, &ret->dst);

	if (r == 0)
		r = collect_prefix(rtm->rtm_family, &m->src, rtm->rtm_src_len, &ret->src);
	if (r < 0)
		return r;
	ret->table = m->table;
	ret->priority = m->priority;
	ret->type = rtm->rtm_type;
	ret->protocol = rtm->rtm_protocol;
	ret->scope = rtm->rtm_scope;
	ret->tos = rtm->rtm_tos;
	ret->prefsrc = m->prefsrc;
	ret->mtu = m->mtu;
	if (m->multipath.n > 0)
		return read_multipath(m->multipath, ret);
	ret->nh = (struct nexthop){
		.oif = m->oif, .gateway = m->gateway, .flags = rtm->rtm_flags & 0xff,
	};
	ret->nexthops = 1;
	return read_via(m->via, &ret->nh.gateway);
}

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const struct rtmsg *rtm = nl_header(nlh, sizeof(*rtm));
	struct route_message m = { 0 };
	struct route route = { .raw = raw };
	int r;

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return 0;
	if (!rtm)
		return -EBADMSG;
	/* path MTU exceptions, and families that are not ours (multicast routing, MPLS) */
	if (rtm->rtm_flags & RTM_F_CLONED || addr_len(rtm->rtm_family) == 0)
		return 0;
	m.table = rtm->rtm_table;
	r = nlfield_read(route_fields, nlfield_attrs(nlh, sizeof(*rtm)), &m);
	if (r == 0)
		r = read_route(rtm, &m, &route);
	if (r < 0)
		return r;
	vec_push(&ns->routes, route);
	return 0;
}

static int read_family(struct collecting *c, uint8_t family)
{
	const struct rtmsg rtm = { .rtm_family = family };
	struct nl_buf b;

	return collect_dump(c, COLLECT_ROUTE, c->route,
			    nl_put(&b, RTM_GETROUTE, 0, &rtm, sizeof(rtm)));
}

static int read_routes(struct collecting *c)
{
	int four = read_family(c, AF_INET);
	int six = read_family(c, AF_INET6);

	/* a kernel without IPv6 has none of its routes */
	return four < 0 ? four : six == -EOPNOTSUPP ? 0 : six;
}

const struct collector collect_route_table = {
	.kind = COLLECT_ROUTE, .read = read_routes, .parse = parse,
};
