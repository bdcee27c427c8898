/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traffic control: queueing disciplines with what they have dropped (tc_fill_qdisc(), net/sched/sch_api.c), and the
 * filters of devices that have a place for them (tcf_fill_node(), net/sched/cls_api.c).
 */
#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "collect/collector.h"
#include "nlfield.h"

struct queue_message {
	struct queue queue;
	struct nlspan stats;
};

/* struct gnet_stats_queue can grow at its end, so only what is needed is read of it. */
static const struct nlfield stats_fields[] = {
	{ TCA_STATS_QUEUE, NLFIELD(SPAN, struct queue_message, stats) },
	{ 0 },
};

static const struct nlfield queue_fields[] = {
	{ TCA_KIND,   NLFIELD(STRING, struct queue_message, queue.kind) },
	{ TCA_STATS2, NLFIELD_NESTED(stats_fields) },
	{ 0 },
};

static const struct nlfield filter_fields[] = {
	{ TCA_KIND, NLFIELD(STRING, struct tc_filter, kind) },
	{ 0 },
};

static int parse_queue(struct ns *ns, const struct nlmsghdr *nlh)
{
	const struct tcmsg *tcm = nl_header(nlh, sizeof(*tcm));
	struct queue_message m = { 0 };
	struct gnet_stats_queue stats;
	int r;

	if (!tcm)
		return -EBADMSG;
	r = nlfield_read(queue_fields, nlfield_attrs(nlh, sizeof(*tcm)), &m);
	if (r < 0)
		return r;
	/* a queue that is none drops nothing */
	if (streq(m.queue.kind, "noqueue"))
		return 0;
	if (m.stats.n >= sizeof(stats)) {
		memcpy(&stats, m.stats.p, sizeof(stats));
		m.queue.drops = stats.drops;
	}
	m.queue.ifindex = tcm->tcm_ifindex;
	m.queue.handle = tcm->tcm_handle;
	m.queue.parent = tcm->tcm_parent;
	vec_push(&ns->queues, m.queue);
	return 0;
}

static int parse_queues(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	return nlh->nlmsg_type == RTM_NEWQDISC ? parse_queue(ns, nlh) : 0;
}

static int read_queues(struct collecting *c)
{
	const struct tcmsg tcm = { .tcm_family = AF_UNSPEC };
	struct nl_buf b;
	int r = collect_dump(c, COLLECT_QUEUE, c->route,
			     nl_put(&b, RTM_GETQDISC, 0, &tcm, sizeof(tcm)));

	/* a kernel without traffic control has none */
	return r == -EOPNOTSUPP ? 0 : r;
}

/* Where a packet meets the filter; the parent's lower half of the two places of "clsact". */
static bool is_egress(uint32_t parent)
{
	return parent == TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS);
}

static int parse_filters(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const struct tcmsg *tcm = nl_header(nlh, sizeof(*tcm));
	struct tc_filter f = { 0 };
	int r;

	if (nlh->nlmsg_type != RTM_NEWTFILTER)
		return 0;
	if (!tcm)
		return -EBADMSG;
	r = nlfield_read(filter_fields, nlfield_attrs(nlh, sizeof(*tcm)), &f);
	if (r < 0)
		return r;
	f.ifindex = tcm->tcm_ifindex;
	f.egress = is_egress(tcm->tcm_parent);
	f.prio = (uint16_t)(tcm->tcm_info >> 16);
	vec_push(&ns->filters, f);
	return 0;
}

static int read_filters_at(struct collecting *c, int ifindex, uint32_t parent)
{
	const struct tcmsg tcm = { .tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex, .tcm_parent = parent };
	struct nl_buf b;

	return collect_dump(c, COLLECT_FILTER, c->route,
			    nl_put(&b, RTM_GETTFILTER, 0, &tcm, sizeof(tcm)));
}

static int read_filters(struct collecting *c)
{
	int result = 0;

	for (size_t i = 0; i < c->ns->queues.n; i++) {
		const struct queue q = c->ns->queues.v[i];
		int r = 0;

		if (streq(q.kind, "ingress") || streq(q.kind, "clsact"))
			r = read_filters_at(c, q.ifindex, TC_H_MAKE(TC_H_INGRESS, TC_H_MIN_INGRESS));
		if (r == 0 && streq(q.kind, "clsact"))
			r = read_filters_at(c, q.ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS));
		/* the interface may be gone */
		if (result == 0 && r != -ENODEV)
			result = r;
	}
	return result;
}

const struct collector collect_queue = {
	.kind = COLLECT_QUEUE, .read = read_queues, .parse = parse_queues,
};

const struct collector collect_filter = {
	.kind = COLLECT_FILTER, .read = read_filters, .parse = parse_filters,
};
