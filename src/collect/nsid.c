/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which nsid in this namespace means which other one: RTM_GETNSID (net/core/net_namespace.c).
 *
 * The answer does not repeat whom was asked for, so what is kept is a text: "NSID INODE".
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "collect/collector.h"
#include "nlfield.h"

struct nsid_message {
	int nsid;
};

static const struct nlfield nsid_fields[] = {
	{ NETNSA_NSID, NLFIELD(S32, struct nsid_message, nsid) },
	{ 0 },
};

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const char *text = collect_text(nlh);
	unsigned long long inode;
	int nsid, index;

	if (!text || sscanf(text, "%d %llu", &nsid, &inode) != 2)
		return -EBADMSG;
	index = snapshot_find(s, inode);
	if (index >= 0)
		vec_push(&ns->nsids, ((struct nsid){ .nsid = nsid, .ns = index }));
	return 0;
}

static int answer(const struct nlmsghdr *nlh, void *arg)
{
	if (nlh->nlmsg_type != RTM_NEWNSID)
		return 0;
	return nlfield_read(nsid_fields, nlfield_attrs(nlh, sizeof(struct rtgenmsg)), arg);
}

static int read_one(struct collecting *c, int other)
{
	const struct rtgenmsg gen = { .rtgen_family = AF_UNSPEC };
	struct nsid_message m = { .nsid = NETNSA_NSID_NOT_ASSIGNED };
	_cleanup_(freep) char *text = NULL;
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_GETNSID, 0, &gen, sizeof(gen));
	int r;

	mnl_attr_put_u32(nlh, NETNSA_FD, (uint32_t)c->ns_fds[other]);
	r = nl_request(c->route, nlh, answer, &m);
	if (r < 0 || m.nsid == NETNSA_NSID_NOT_ASSIGNED)
		return r;
	text = xasprintf("%d %llu", m.nsid, (unsigned long long)c->s->ns.v[other].inode);
	return collect_take_text(c->s, c->ns, COLLECT_NSID, text);
}

static int read_nsids(struct collecting *c)
{
	int result = 0;

	for (int i = 0; i < (int)c->s->ns.n; i++) {
		bool skip = c->host_only && c->index != NS_HOST && i != NS_HOST;
		int r = !skip && i != c->index && c->ns_fds[i] >= 0 ? read_one(c, i) : 0;

		if (result == 0)
			result = r;
	}
	return result;
}

const struct collector collect_nsid = {
	.kind = COLLECT_NSID, .read = read_nsids, .parse = parse,
};
