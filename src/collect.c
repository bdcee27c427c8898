/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collect.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <stdatomic.h>

#include "collect/collector.h"
#include "netns.h"
#include "nl.h"
#include "nlfield.h"

/*
 * What is read of a namespace, in this order; nsids follow where there is more
 * than one. A large ruleset takes longest, and the others are read beside it.
 */
static const enum collect_kind kinds[] = {
	COLLECT_NFT,   COLLECT_LINK,   COLLECT_ADDR, COLLECT_ROUTE,  COLLECT_RULE,
	COLLECT_NEIGH, COLLECT_SYSCTL, COLLECT_SOCK, COLLECT_LEGACY, COLLECT_QUEUE,
};

static void collect_kind(struct collecting *c, enum collect_kind kind, int (*step)(struct collecting *c))
{
	int r = step ? step(c) : 0;

	if (r < 0)
		c->ns->error[kind] = r;
}

/* Reads these kinds; the calling thread is inside the namespace. */
static int collect_here(struct snapshot *s, int ns, const int *ns_fds, bool host_only,
			const enum collect_kind *wanted, size_t n)
{
	struct collecting c = { .s = s, .ns = &s->ns.v[ns], .index = ns, .ns_fds = ns_fds,
				.host_only = host_only };
	_cleanup_(nl_closep) struct nl *route = NULL;
	int r = nl_open(NETLINK_ROUTE, &route);

	c.route = route;
	for (size_t i = 0; i < n; i++) {
		ns_forget(c.ns, wanted[i]);
		if (r < 0)
			c.ns->error[wanted[i]] = r;
		else
			collect_kind(&c, wanted[i], collector_of(wanted[i])->read);
	}
	for (size_t i = 0; r == 0 && i < n; i++)
		collect_kind(&c, wanted[i], collector_of(wanted[i])->finish);
	return r;
}

struct job {
	struct snapshot *s;
	int ns;
	const int *ns_fds;
	const enum collect_kind *wanted;
	size_t n;
};

static int job_run(void *arg)
{
	const struct job *j = arg;

	return collect_here(j->s, j->ns, j->ns_fds, false, j->wanted, j->n);
}

int collect_ns(struct snapshot *s, int ns, int ns_fd)
{
	struct job j = { s, ns, NULL, kinds, ARRAY_SIZE(kinds) };

	return netns_call(ns_fd, job_run, &j);
}

static int collect_one(struct snapshot *s, int ns, int ns_fd, enum collect_kind kind)
{
	struct job j = { s, ns, NULL, &kind, 1 };

	return netns_call(ns_fd, job_run, &j);
}

int collect_nft_again(struct snapshot *s, int ns, int ns_fd)
{
	return collect_one(s, ns, ns_fd, COLLECT_NFT);
}

int collect_old_flows(struct snapshot *s, int ns, int ns_fd)
{
	return collect_one(s, ns, ns_fd, COLLECT_FLOW);
}

int collect_addrs(struct snapshot *s, int ns, int ns_fd)
{
	return collect_one(s, ns, ns_fd, COLLECT_ADDR);
}

int collect_links(struct snapshot *s, int ns, int ns_fd)
{
	return collect_one(s, ns, ns_fd, COLLECT_LINK);
}

/* Several threads, each taking the next namespace until none is left. */
struct crew {
	struct snapshot *s;
	const int *ns_fds;
	const enum collect_kind *wanted;
	size_t n;        /* of wanted; nsids come along */
	bool host_only;  /* see struct collecting */
	atomic_int next;
	atomic_int result; /* the first namespace's error, 0 */
};

static int crew_collect(struct crew *crew, int ns)
{
	static const enum collect_kind nsid = COLLECT_NSID;
	int r = netns_enter(crew->ns_fds[ns]);

	if (r == 0 && crew->n > 0)
		r = collect_here(crew->s, ns, NULL, false, crew->wanted, crew->n);
	/* an nsid is given when a link is first said to lead elsewhere: after the links */
	if (r == 0 && crew->s->ns.n > 1)
		r = collect_here(crew->s, ns, crew->ns_fds, crew->host_only, &nsid, 1);
	return r;
}

static void *crew_thread(void *arg)
{
	struct crew *crew = arg;
	int ns;

	while ((ns = atomic_fetch_add(&crew->next, 1)) < (int)crew->s->ns.n) {
		int none = 0;
		int r = crew_collect(crew, ns);

		if (r < 0)
			atomic_compare_exchange_strong(&crew->result, &none, r);
	}
	return NULL;
}

static int crew_run(struct crew *crew)
{
	pthread_t threads[16];
	size_t n = 0;

	while (n < ARRAY_SIZE(threads) && n < crew->s->ns.n) {
		int r = pthread_create(&threads[n], NULL, crew_thread, crew);

		/* fewer threads do it as well */
		if (r != 0 && n == 0)
			return -r;
		if (r != 0)
			break;
		n++;
	}
	for (size_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return crew->result;
}

int collect_all(struct snapshot *s, const int *ns_fds)
{
	struct crew crew = { .s = s, .ns_fds = ns_fds, .wanted = kinds, .n = ARRAY_SIZE(kinds) };

	return crew_run(&crew);
}

int collect_interfaces(struct snapshot *s, const int *ns_fds)
{
	static const enum collect_kind wanted[] = { COLLECT_LINK, COLLECT_ADDR };
	struct crew crew = { .s = s, .ns_fds = ns_fds, .wanted = wanted, .n = ARRAY_SIZE(wanted),
			     .host_only = true };

	return crew_run(&crew);
}

int collect_details(struct snapshot *s, const int *ns_fds)
{
	static const enum collect_kind wanted[] = { COLLECT_BRIDGE, COLLECT_FILTER, COLLECT_POLICY,
						     COLLECT_TABLE };
	struct crew crew = { .s = s, .ns_fds = ns_fds, .wanted = wanted, .n = ARRAY_SIZE(wanted) };

	return crew_run(&crew);
}

static void note_drops(const struct queue *q, const struct ns *was, int ns, struct observations *ret)
{
	vec_each(old, &was->queues) {
		uint32_t more = q->drops - old->drops;
		struct queue_count *c;

		/* one that was put there anew counts from 0 */
		if (q->ifindex != old->ifindex || q->handle != old->handle || q->parent != old->parent ||
		    !streq(q->kind, old->kind) || more == 0 || more > INT32_MAX)
			continue;
		c = vec_add(&ret->queues);
		*c = (struct queue_count){ .ns = ns, .ifindex = q->ifindex, .packets = more };
		str_copy(c->kind, sizeof(c->kind), q->kind);
	}
}

int collect_queue_drops(const struct snapshot *s, int ns, int ns_fd, struct observations *ret)
{
	_cleanup_(snapshot_freep) struct snapshot *now = snapshot_new();
	int r = collect_one(now, snapshot_add(now, "now", 0), ns_fd, COLLECT_QUEUE);

	if (r == 0)
		r = now->ns.v[0].error[COLLECT_QUEUE];
	vec_each(q, &now->ns.v[0].queues)
		note_drops(q, snapshot_ns(s, ns), ns, ret);
	return r;
}

int collect_nsids(struct snapshot *s, const int *ns_fds)
{
	struct crew crew = { .s = s, .ns_fds = ns_fds };

	return crew_run(&crew);
}

static const struct nlfield metrics_fields[] = {
	{ RTAX_MTU, NLFIELD(U32, struct kernel_route, mtu) },
	{ 0 },
};

static const struct nlfield answer_fields[] = {
	{ RTA_OIF,     NLFIELD(S32, struct kernel_route, oif) },
	{ RTA_GATEWAY, NLFIELD(ADDR, struct kernel_route, gateway) },
	{ RTA_PREFSRC, NLFIELD(ADDR, struct kernel_route, prefsrc) },
	{ RTA_TABLE,   NLFIELD(U32, struct kernel_route, table) },
	{ RTA_METRICS, NLFIELD_NESTED(metrics_fields) },
	{ 0 },
};

static int route_answer(const struct nlmsghdr *nlh, void *arg)
{
	const struct rtmsg *rtm = nl_header(nlh, sizeof(*rtm));
	struct kernel_route *route = arg;

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return 0;
	if (!rtm)
		return -EBADMSG;
	route->type = rtm->rtm_type;
	route->table = rtm->rtm_table;
	return nlfield_read(answer_fields, nlfield_attrs(nlh, sizeof(*rtm)), route);
}

static void put_addr(struct nlmsghdr *nlh, uint16_t attr, const struct addr *a)
{
	mnl_attr_put(nlh, attr, addr_len(a->family), a->b);
}

int collect_route(int ns_fd, const struct addr *src, const struct addr *dst, int iif, uint32_t mark,
		  struct kernel_route *ret)
{
	uint8_t bits = (uint8_t)(addr_len(dst->family) * 8);
	bool has_src = src && addr_is_set(src);
	const struct rtmsg rtm = {
		.rtm_family = dst->family,
		.rtm_dst_len = bits,
		.rtm_src_len = has_src ? bits : 0,
		/* IPv6 tells the table in any case, and refuses the flag */
		.rtm_flags = dst->family == AF_INET ? RTM_F_LOOKUP_TABLE : 0,
	};
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct kernel_route route = { 0 };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_GETROUTE, 0, &rtm, sizeof(rtm));
	int r = netns_nl(ns_fd, NETLINK_ROUTE, &nl);

	if (r < 0)
		return r;
	put_addr(nlh, RTA_DST, dst);
	if (has_src)
		put_addr(nlh, RTA_SRC, src);
	if (iif != 0)
		mnl_attr_put_u32(nlh, RTA_IIF, (uint32_t)iif);
	if (mark != 0)
		mnl_attr_put_u32(nlh, RTA_MARK, mark);
	route.error = nl_request(nl, nlh, route_answer, &route);
	*ret = route;
	return 0;
}
