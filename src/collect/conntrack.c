/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conntrack - the connections that the kernel tracks (ctnetlink, linux/netfilter/nfnetlink_conntrack.h) */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "collect.h"
#include "collect/collector.h"
#include "netns.h"
#include "nl.h"
#include "nlfield.h"

/* One direction of a flow. */
struct tuple {
	struct addr src, dst;
	uint8_t proto;
	uint16_t sport, dport; /* network order */
};

static const struct nlfield ip_fields[] = {
	{ CTA_IP_V4_SRC, NLFIELD(ADDR, struct tuple, src) },
	{ CTA_IP_V4_DST, NLFIELD(ADDR, struct tuple, dst) },
	{ CTA_IP_V6_SRC, NLFIELD(ADDR, struct tuple, src) },
	{ CTA_IP_V6_DST, NLFIELD(ADDR, struct tuple, dst) },
	{ 0 },
};

static const struct nlfield proto_fields[] = {
	{ CTA_PROTO_NUM,      NLFIELD(U8, struct tuple, proto) },
	{ CTA_PROTO_SRC_PORT, NLFIELD(BYTES, struct tuple, sport) },
	{ CTA_PROTO_DST_PORT, NLFIELD(BYTES, struct tuple, dport) },
	{ 0 },
};

static const struct nlfield tuple_fields[] = {
	{ CTA_TUPLE_IP,    NLFIELD_NESTED(ip_fields) },
	{ CTA_TUPLE_PROTO, NLFIELD_NESTED(proto_fields) },
	{ 0 },
};

struct entry {
	struct nlspan request, answer;
	uint32_t status; /* network order */
};

static const struct nlfield entry_fields[] = {
	{ CTA_TUPLE_ORIG,  NLFIELD(SPAN, struct entry, request) },
	{ CTA_TUPLE_REPLY, NLFIELD(SPAN, struct entry, answer) },
	{ CTA_STATUS,      NLFIELD(BYTES, struct entry, status) },
	{ 0 },
};

/* false: the message says nothing of a flow. */
static bool read_entry(const struct nlmsghdr *nlh, struct tracked_flow *ret)
{
	struct entry e = { 0 };
	struct tuple request = { 0 }, answer = { 0 };
	uint32_t status;

	if (!nl_header(nlh, sizeof(struct nfgenmsg)) ||
	    nlfield_read(entry_fields, nlfield_attrs(nlh, sizeof(struct nfgenmsg)), &e) < 0 ||
	    nlfield_read(tuple_fields, e.request, &request) < 0 || nlfield_read(tuple_fields, e.answer, &answer) < 0)
		return false;
	status = ntohl(e.status);
	*ret = (struct tracked_flow){ .src = request.src,
				      .dst = request.dst,
				      .proto = request.proto,
				      .sport = ntohs(request.sport),
				      .dport = ntohs(request.dport),
				      .answered = status & IPS_SEEN_REPLY,
				      .translated = status & IPS_SRC_NAT,
				      .answer_src = answer.src,
				      .answer_dst = answer.dst,
				      .answer_sport = ntohs(answer.sport),
				      .answer_dport = ntohs(answer.dport) };
	return true;
}

/* Gives what the namespace of nl tracks to f, message by message: there may be hundreds of thousands. */
static int each(struct nl *nl, uint8_t family, nl_message f, void *arg)
{
	const struct nfgenmsg nfg = { .nfgen_family = family, .version = NFNETLINK_V0 };
	struct nl_buf b;
	int r = nl_dump_each(nl, nl_put(&b, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, 0, &nfg, sizeof(nfg)), f, arg);

	/* a table under traffic is never still, and a kernel without conntrack has none */
	return r == -EINTR || r == -EINVAL || r == -EPROTONOSUPPORT ? 0 : r;
}

struct telling {
	void (*f)(const struct tracked_flow *flow, void *arg);
	void *arg;
};

static int tell(const struct nlmsghdr *nlh, void *arg)
{
	const struct telling *t = arg;
	struct tracked_flow flow;

	if (read_entry(nlh, &flow))
		t->f(&flow, t->arg);
	return 0;
}

int collect_flows(int ns_fd, uint8_t family, void (*f)(const struct tracked_flow *flow, void *arg),
		  void *arg)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct telling t = { .f = f, .arg = arg };
	int r = netns_nl(ns_fd, NETLINK_NETFILTER, &nl);

	return r < 0 ? r : each(nl, family, tell, &t);
}

struct translated {
	struct snapshot *s;
	int ns;
	const struct port_range *range;
};

static int take_translated(const struct nlmsghdr *nlh, void *arg)
{
	const struct translated *t = arg;
	struct tracked_flow flow;

	if (read_entry(nlh, &flow) && flow_has_port(&flow, t->range))
		collect_take(t->s, &t->s->ns.v[t->ns], COLLECT_FLOW, collect_copy(t->s, nlh));
	return 0;
}

int collect_translated(struct snapshot *s, int ns, int ns_fd, const struct port_range *range)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct translated t = { .s = s, .ns = ns, .range = range };
	int r = netns_nl(ns_fd, NETLINK_NETFILTER, &nl);

	return r < 0 ? r : each(nl, range->dst.family, take_translated, &t);
}

/* --- flows of datagrams that may be older than the rules --- */

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	struct tracked_flow flow;

	if (nlh->nlmsg_type == (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW) && read_entry(nlh, &flow))
		vec_push(&ns->flows, flow);
	return 0;
}

/* Only those that matter are kept: the others are many, and nobody's business. */
static int take_old(const struct nlmsghdr *nlh, void *arg)
{
	struct tracked_flow flow;

	if (read_entry(nlh, &flow) && flow.proto == IPPROTO_UDP && !flow.answered &&
	    (!flow.translated || !addr_eq(&flow.answer_src, &flow.dst)))
		collect_take_copy(arg, COLLECT_FLOW, nlh);
	return 0;
}

static int read_old_flows(struct collecting *c)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = nl_open(NETLINK_NETFILTER, &nl);

	return r < 0 ? r : each(nl, AF_UNSPEC, take_old, c);
}

const struct collector collect_flow = {
	.kind = COLLECT_FLOW, .read = read_old_flows, .parse = parse,
};
