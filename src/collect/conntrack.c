/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conntrack - the connections that the kernel tracks (ctnetlink, linux/netfilter/nfnetlink_conntrack.h) */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "collect.h"
#include "netns.h"
#include "nl.h"
#include "nlfield.h"

struct entry {
	struct addr src, dst;
	uint32_t status; /* network order */
};

static const struct nlfield ip_fields[] = {
	{ CTA_IP_V4_SRC, NLFIELD(ADDR, struct entry, src) },
	{ CTA_IP_V4_DST, NLFIELD(ADDR, struct entry, dst) },
	{ CTA_IP_V6_SRC, NLFIELD(ADDR, struct entry, src) },
	{ CTA_IP_V6_DST, NLFIELD(ADDR, struct entry, dst) },
	{ 0 },
};

static const struct nlfield tuple_fields[] = {
	{ CTA_TUPLE_IP, NLFIELD_NESTED(ip_fields) },
	{ 0 },
};

static const struct nlfield entry_fields[] = {
	{ CTA_TUPLE_ORIG, NLFIELD_NESTED(tuple_fields) },
	{ CTA_STATUS,     NLFIELD(BYTES, struct entry, status) },
	{ 0 },
};

int collect_flows(int ns_fd, uint8_t family, void (*f)(const struct tracked_flow *flow, void *arg),
		  void *arg)
{
	const struct nfgenmsg nfg = { .nfgen_family = family, .version = NFNETLINK_V0 };
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct nl_dump dump = { 0 };
	struct nl_buf b;
	int r = netns_nl(ns_fd, NETLINK_NETFILTER, &nl);

	if (r < 0)
		return r;
	r = nl_dump(nl, nl_put(&b, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, 0, &nfg, sizeof(nfg)),
		    &dump);
	/* a table under traffic is never still */
	if (r < 0 && r != -EINTR)
		return r == -EINVAL || r == -EPROTONOSUPPORT ? 0 : r;
	vec_each(nlh, &dump.messages) {
		struct entry e = { 0 };
		uint32_t status;

		if (nlfield_read(entry_fields, nlfield_attrs(*nlh, sizeof(nfg)), &e) < 0)
			continue;
		status = ntohl(e.status);
		f(&(struct tracked_flow){ .src = e.src,
					  .dst = e.dst,
					  .answered = status & IPS_SEEN_REPLY,
					  .translated = status & IPS_SRC_NAT },
		  arg);
	}
	nl_dump_done(&dump);
	return 0;
}
