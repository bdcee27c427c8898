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

struct entry {
	struct addr src, dst;
	uint8_t proto;
	uint16_t sport, dport; /* network order, as is … */
	uint32_t status;
	struct addr answer_src, answer_dst;
	uint16_t answer_sport, answer_dport; /* likewise */
};

static const struct nlfield ip_fields[] = {
	{ CTA_IP_V4_SRC, NLFIELD(ADDR, struct entry, src) },
	{ CTA_IP_V4_DST, NLFIELD(ADDR, struct entry, dst) },
	{ CTA_IP_V6_SRC, NLFIELD(ADDR, struct entry, src) },
	{ CTA_IP_V6_DST, NLFIELD(ADDR, struct entry, dst) },
	{ 0 },
};

static const struct nlfield proto_fields[] = {
	{ CTA_PROTO_NUM,      NLFIELD(U8, struct entry, proto) },
	{ CTA_PROTO_SRC_PORT, NLFIELD(BYTES, struct entry, sport) },
	{ CTA_PROTO_DST_PORT, NLFIELD(BYTES, struct entry, dport) },
	{ 0 },
};

static const struct nlfield tuple_fields[] = {
	{ CTA_TUPLE_IP,    NLFIELD_NESTED(ip_fields) },
	{ CTA_TUPLE_PROTO, NLFIELD_NESTED(proto_fields) },
	{ 0 },
};

static const struct nlfield answer_ip_fields[] = {
	{ CTA_IP_V4_SRC, NLFIELD(ADDR, struct entry, answer_src) },
	{ CTA_IP_V4_DST, NLFIELD(ADDR, struct entry, answer_dst) },
	{ CTA_IP_V6_SRC, NLFIELD(ADDR, struct entry, answer_src) },
	{ CTA_IP_V6_DST, NLFIELD(ADDR, struct entry, answer_dst) },
	{ 0 },
};

static const struct nlfield answer_proto_fields[] = {
	{ CTA_PROTO_SRC_PORT, NLFIELD(BYTES, struct entry, answer_sport) },
	{ CTA_PROTO_DST_PORT, NLFIELD(BYTES, struct entry, answer_dport) },
	{ 0 },
};

static const struct nlfield answer_fields[] = {
	{ CTA_TUPLE_IP,    NLFIELD_NESTED(answer_ip_fields) },
	{ CTA_TUPLE_PROTO, NLFIELD_NESTED(answer_proto_fields) },
	{ 0 },
};

static const struct nlfield entry_fields[] = {
	{ CTA_TUPLE_ORIG,  NLFIELD_NESTED(tuple_fields) },
	{ CTA_TUPLE_REPLY, NLFIELD_NESTED(answer_fields) },
	{ CTA_STATUS,     NLFIELD(BYTES, struct entry, status) },
	{ 0 },
};

/* false: the message says nothing of a flow. */
static bool read_entry(const struct nlmsghdr *nlh, struct tracked_flow *ret)
{
	struct entry e = { 0 };
	uint32_t status;

	if (!nl_header(nlh, sizeof(struct nfgenmsg)) ||
	    nlfield_read(entry_fields, nlfield_attrs(nlh, sizeof(struct nfgenmsg)), &e) < 0)
		return false;
	status = ntohl(e.status);
	*ret = (struct tracked_flow){ .src = e.src,
				      .dst = e.dst,
				      .proto = e.proto,
				      .sport = ntohs(e.sport),
				      .dport = ntohs(e.dport),
				      .answered = status & IPS_SEEN_REPLY,
				      .translated = status & IPS_SRC_NAT,
				      .answer_src = e.answer_src,
				      .answer_dst = e.answer_dst,
				      .answer_sport = ntohs(e.answer_sport),
				      .answer_dport = ntohs(e.answer_dport) };
	return true;
}

static int dump(struct nl *nl, uint8_t family, struct nl_dump *ret)
{
	const struct nfgenmsg nfg = { .nfgen_family = family, .version = NFNETLINK_V0 };
	struct nl_buf b;
	int r = nl_dump(nl, nl_put(&b, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, 0, &nfg, sizeof(nfg)), ret);

	/* a table under traffic is never still, and a kernel without conntrack has none */
	return r == -EINTR || r == -EINVAL || r == -EPROTONOSUPPORT ? 0 : r;
}

int collect_flows(int ns_fd, uint8_t family, void (*f)(const struct tracked_flow *flow, void *arg),
		  void *arg)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
	int r = netns_nl(ns_fd, NETLINK_NETFILTER, &nl);

	if (r == 0)
		r = dump(nl, family, &d);
	vec_each(nlh, &d.messages) {
		struct tracked_flow flow;

		if (read_entry(*nlh, &flow))
			f(&flow, arg);
	}
	return r;
}

int collect_translated(struct snapshot *s, int ns, int ns_fd, uint8_t proto, const struct addr *dst, uint16_t dport)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
	int r = netns_nl(ns_fd, NETLINK_NETFILTER, &nl);

	if (r == 0)
		r = dump(nl, dst->family, &d);
	vec_each(nlh, &d.messages) {
		struct tracked_flow flow;

		if (read_entry(*nlh, &flow) && flow.translated && flow.proto == proto && flow.answer_sport == dport &&
		    addr_eq(&flow.answer_src, dst))
			collect_take(s, &s->ns.v[ns], COLLECT_FLOW, collect_copy(s, *nlh));
	}
	return r;
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
static int read_old_flows(struct collecting *c)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
	int r = nl_open(NETLINK_NETFILTER, &nl);

	if (r == 0)
		r = dump(nl, AF_UNSPEC, &d);
	vec_each(nlh, &d.messages) {
		struct tracked_flow flow;

		if (read_entry(*nlh, &flow) && flow.proto == IPPROTO_UDP && !flow.answered && !flow.translated)
			collect_take_copy(c, COLLECT_FLOW, *nlh);
	}
	return r;
}

const struct collector collect_flow = {
	.kind = COLLECT_FLOW, .read = read_old_flows, .parse = parse,
};
