/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes: RTM_NEWROUTE, RTM_DELROUTE (net/ipv4/fib_frontend.c, fib_trie.c).
 *
 * Of routes that differ in neither table, destination, tos nor metric the
 * first one counts. So a deleted one is given back at its place among them.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "apply/applier.h"
#include "collect/collector.h"
#include "netns.h"
#include "nlfield.h"
#include "opkind.h"

/* All routes of a family, and what the kernel said about each. */
struct table {
	messages m;
	struct snapshot *s;
};

static void table_done(struct table *t)
{
	messages_free(&t->m);
	snapshot_free(t->s);
}

static int table_read(struct nl *nl, uint8_t family, struct table *ret)
{
	const struct rtmsg rtm = { .rtm_family = family };
	struct nl_buf b;
	int r = messages_dump(nl, nl_put(&b, RTM_GETROUTE, 0, &rtm, sizeof(rtm)), &ret->m);

	return r < 0 ? r : messages_parse(&ret->m, COLLECT_ROUTE, &ret->s);
}

/* "default" or "192.0.2.0/24" */
static struct addr_text to(const struct prefix *dst)
{
	struct addr_text t = prefix_text(dst);

	if (dst->len == 0)
		str_copy(t.s, sizeof(t.s), "default");
	return t;
}

/* --- the message as the kernel takes it again ------------------------------ */

static bool keep_all(uint16_t attr)
{
	return attr != RTA_CACHEINFO;
}

/* A nexthop object says everything; the kernel spells it out only for old programs. */
static bool keep_with_object(uint16_t attr)
{
	return attr != RTA_CACHEINFO && attr != RTA_OIF && attr != RTA_GATEWAY && attr != RTA_VIA &&
	       attr != RTA_MULTIPATH && attr != RTA_ENCAP && attr != RTA_ENCAP_TYPE;
}

struct object {
	bool has_id;
};

static const struct nlfield object_fields[] = {
	{ RTA_NH_ID, NLFIELD(PRESENT, struct object, has_id) },
	{ 0 },
};

/* What a carrier does to the flags is not for us to say (fib_create_info() refuses it). */
static void clear_state(struct nlmsghdr *nlh)
{
	struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct nlattr *attr;

	rtm->rtm_flags &= RTNH_F_ONLINK | RTNH_F_PERVASIVE;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		char *at = mnl_attr_get_payload(attr);
		size_t left = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) != RTA_MULTIPATH)
			continue;
		while (left >= sizeof(struct rtnexthop)) {
			struct rtnexthop *nh = (struct rtnexthop *)at;
			size_t step = RTNH_ALIGN((size_t)nh->rtnh_len);

			if (nh->rtnh_len < sizeof(*nh) || step > left)
				break;
			nh->rtnh_flags &= RTNH_F_ONLINK | RTNH_F_PERVASIVE;
			at += step;
			left -= step;
		}
	}
}

static int send_again(struct nl *nl, const struct nlmsghdr *old, uint16_t type, uint16_t flags)
{
	_cleanup_(freep) struct nlmsghdr *nlh = NULL;
	struct object o = { 0 };

	nlfield_read(object_fields, nlfield_attrs(old, sizeof(struct rtmsg)), &o);
	nlh = message_again(old, type, flags, sizeof(struct rtmsg),
			    o.has_id ? keep_with_object : keep_all);
	clear_state(nlh);
	return nl_request(nl, nlh, NULL, NULL);
}

/* --- deleting -------------------------------------------------------------- */

/* Remembers the route and its rivals, in their order; value says which one it is. */
static int read_del(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(table_done) struct table t = { 0 };
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	if (r == 0)
		r = table_read(nl, c->op.route.dst.addr.family, &t);
	if (r < 0)
		return r;
	c->before.value = -1;
	vec_each(have, &t.s->ns.v[0].routes) {
		if (!op_rival_route(have, &c->op.route))
			continue;
		if (c->before.value < 0 && op_same_route(have, &c->op.route))
			c->before.value = (int)c->before.messages.n;
		vec_push(&c->before.messages, message_dup(t.m.v[have->raw]));
	}
	if (c->before.value < 0)
		return apply_fail(-EALREADY, ret_why, "the route is gone already");
	return 0;
}

static const struct nlmsghdr *deleted(const struct change *c)
{
	return c->before.messages.v[c->before.value];
}

static int do_del(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	return r < 0 ? r : send_again(nl, deleted(c), RTM_DELROUTE, 0);
}

/* The route and its rivals as they were; what comes from a journal is not trusted to be routes. */
static int parse_old(const struct change *c, struct snapshot **ret)
{
	messages m = { .v = c->before.messages.v, .n = c->before.messages.n };
	int r = messages_parse(&m, COLLECT_ROUTE, ret);

	if (r == 0 && ((*ret)->ns.v[0].routes.n != m.n || c->before.value < 0 ||
		       (size_t)c->before.value >= m.n))
		r = -EINVAL;
	return r;
}

/*
 * Appended behind its rivals; those which stood behind it are taken away and
 * appended again. Nothing is sent by them meanwhile: the first one counts.
 */
static int append_in_order(struct change *c, struct nl *nl)
{
	const uint16_t append = NLM_F_CREATE | NLM_F_APPEND;
	int r = send_again(nl, deleted(c), RTM_NEWROUTE, append);

	for (size_t i = (size_t)c->before.value + 1; r == 0 && i < c->before.messages.n; i++) {
		r = send_again(nl, c->before.messages.v[i], RTM_DELROUTE, 0);
		if (r == 0)
			r = send_again(nl, c->before.messages.v[i], RTM_NEWROUTE, append);
		/* gone meanwhile */
		if (r == -ESRCH)
			r = 0;
	}
	return r;
}

static bool is_known(const struct ns *old, const struct route *r)
{
	vec_each(o, &old->routes)
		if (op_same_route(o, r))
			return true;
	return false;
}

/*
 * Is it there again (UNDO_NOTHING), has another one taken its place (-ESTALE), or is all as
 * we left it (UNDO_DONE)?
 */
static int place_taken(const struct change *c, const struct ns *old, const struct ns *now,
		       char **ret_why)
{
	const struct route *ours = &old->routes.v[c->before.value];

	vec_each(have, &now->routes) {
		if (op_same_route(have, ours))
			return UNDO_NOTHING;
		if (op_rival_route(have, ours) && !is_known(old, have))
			return apply_fail(-ESTALE, ret_why, "another route to %s is there now",
					  to(&ours->dst).s);
	}
	return UNDO_DONE;
}

static int undo_del(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(table_done) struct table t = { 0 };
	_cleanup_(snapshot_freep) struct snapshot *old = NULL;
	int r = parse_old(c, &old);

	if (r == 0)
		r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);
	if (r == 0)
		r = table_read(nl, c->op.route.dst.addr.family, &t);
	if (r == 0)
		r = place_taken(c, &old->ns.v[0], &t.s->ns.v[0], ret_why);
	if (r == UNDO_DONE)
		r = append_in_order(c, nl);
	return r;
}

const struct applier apply_route_del = {
	.read = read_del, .apply = do_del, .undo = undo_del,
};

/* --- adding ---------------------------------------------------------------- */

static void put_addr(struct nlmsghdr *nlh, uint16_t attr, const struct addr *a)
{
	mnl_attr_put(nlh, attr, addr_len(a->family), a->b);
}

/* RTA_VIA: a gateway of another family than the destination's. */
static void put_gateway(struct nlmsghdr *nlh, uint8_t family, const struct addr *a)
{
	struct {
		uint16_t family;
		uint8_t addr[16];
	} via = { .family = a->family };

	if (a->family == family) {
		put_addr(nlh, RTA_GATEWAY, a);
		return;
	}
	memcpy(via.addr, a->b, sizeof(via.addr));
	mnl_attr_put(nlh, RTA_VIA, sizeof(via.family) + addr_len(a->family), &via);
}

static void put_mtu(struct nlmsghdr *nlh, uint32_t mtu)
{
	struct nlattr *metrics = mnl_attr_nest_start(nlh, RTA_METRICS);

	mnl_attr_put_u32(nlh, RTAX_MTU, mtu);
	mnl_attr_nest_end(nlh, metrics);
}

/* As `ip route add` fills it in (iproute_modify() in ip/iproute.c). */
static struct rtmsg route_header(const struct route *r)
{
	struct rtmsg rtm = {
		.rtm_family = r->dst.addr.family,
		.rtm_dst_len = r->dst.len,
		.rtm_src_len = r->src.len,
		.rtm_tos = r->tos,
		.rtm_table = r->table < 256 ? (uint8_t)r->table : RT_TABLE_UNSPEC,
		.rtm_protocol = r->protocol ? r->protocol : RTPROT_BOOT,
		.rtm_type = r->type ? r->type : RTN_UNICAST,
		.rtm_flags = r->nh.flags & RTNH_F_ONLINK,
	};

	if (r->table == RT_TABLE_UNSPEC)
		rtm.rtm_table = RT_TABLE_MAIN;
	if (rtm.rtm_type == RTN_UNICAST && !addr_is_set(&r->nh.gateway))
		rtm.rtm_scope = RT_SCOPE_LINK;
	return rtm;
}

static int request(struct change *c, struct nl *nl, uint16_t type, uint16_t flags)
{
	const struct route *route = &c->op.route;
	const struct rtmsg rtm = route_header(route);
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, type, flags, &rtm, sizeof(rtm));

	if (route->dst.len)
		put_addr(nlh, RTA_DST, &route->dst.addr);
	if (route->src.len)
		put_addr(nlh, RTA_SRC, &route->src.addr);
	if (route->table >= 256)
		mnl_attr_put_u32(nlh, RTA_TABLE, route->table);
	if (route->priority)
		mnl_attr_put_u32(nlh, RTA_PRIORITY, route->priority);
	if (addr_is_set(&route->prefsrc))
		put_addr(nlh, RTA_PREFSRC, &route->prefsrc);
	if (addr_is_set(&route->nh.gateway))
		put_gateway(nlh, rtm.rtm_family, &route->nh.gateway);
	if (route->nh.oif)
		mnl_attr_put_u32(nlh, RTA_OIF, (uint32_t)route->nh.oif);
	if (route->mtu)
		put_mtu(nlh, route->mtu);
	return nl_request(nl, nlh, NULL, NULL);
}

/* NLM_F_EXCL finds out whether it is there, and a deletion names all of it: nothing to remember. */
static int read_add(struct change *c, char **ret_why)
{
	return addr_len(c->op.route.dst.addr.family) ? 0 : -EINVAL;
}

static int do_add(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	return r < 0 ? r : request(c, nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
}

/* The one we added has gone; has it been replaced? */
static int undo_replaced(struct change *c, struct nl *nl, char **ret_why)
{
	_cleanup_(table_done) struct table t = { 0 };
	struct route ours = c->op.route;
	int r = table_read(nl, ours.dst.addr.family, &t);

	if (r < 0)
		return r;
	if (ours.table == RT_TABLE_UNSPEC)
		ours.table = RT_TABLE_MAIN;
	vec_each(have, &t.s->ns.v[0].routes)
		if (op_rival_route(have, &ours))
			return apply_fail(-ESTALE, ret_why, "the route to %s is another one now",
					  to(&ours.dst).s);
	return UNDO_NOTHING;
}

static int undo_add(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	if (r == 0)
		r = request(c, nl, RTM_DELROUTE, 0);
	/* no such route, its interface is down, or gone */
	if (r == -ESRCH || r == -ENETDOWN || r == -ENODEV)
		return undo_replaced(c, nl, ret_why);
	return r < 0 ? r : UNDO_DONE;
}

const struct applier apply_route_add = {
	.read = read_add, .apply = do_add, .undo = undo_add,
};
