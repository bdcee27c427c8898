/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries of connection tracking: dumped, and those of the source deleted one
 * by one (ctnetlink_del_conntrack() in net/netfilter/nf_conntrack_netlink.c).
 * There is nothing to take back: traffic makes new ones.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "apply/applier.h"
#include "netns.h"
#include "nlfield.h"

#define CT_TYPE(message) ((uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | (message)))

struct entry {
	struct addr src, dst;
	struct nlspan tuple, zone, id;
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
	{ CTA_TUPLE_ORIG, NLFIELD(SPAN, struct entry, tuple) },
	{ CTA_ZONE,       NLFIELD(SPAN, struct entry, zone) },
	{ CTA_ID,         NLFIELD(SPAN, struct entry, id) },
	{ 0 },
};

static struct nlmsghdr *request(struct nl_buf *b, unsigned int message, uint8_t family)
{
	const struct nfgenmsg nfg = { .nfgen_family = family, .version = NFNETLINK_V0 };

	return nl_put(b, CT_TYPE(message), 0, &nfg, sizeof(nfg));
}

static void copy_attr(struct nlmsghdr *nlh, uint16_t attr, struct nlspan s)
{
	if (s.n > 0)
		mnl_attr_put_check(nlh, sizeof(struct nl_buf), attr, s.n, s.p);
}

static bool is_wanted(const struct op *op, const struct entry *e)
{
	return prefix_has(&op->prefix, &e->src) &&
	       (!addr_is_set(&op->match.dst.addr) || prefix_has(&op->match.dst, &e->dst));
}

/* The id makes sure that it is the entry which was seen, not a newer one of the same flow. */
static int delete_entry(struct change *c, struct nl *nl, const struct nlmsghdr *nlh)
{
	struct entry e = { 0 };
	struct nl_buf b;
	struct nlmsghdr *del;
	int r = nlfield_read(entry_fields, nlfield_attrs(nlh, sizeof(struct nfgenmsg)), &e);

	if (r < 0 || !is_wanted(&c->op, &e))
		return r;
	del = request(&b, IPCTNL_MSG_CT_DELETE, c->op.prefix.addr.family);
	copy_attr(del, CTA_TUPLE_ORIG | NLA_F_NESTED, e.tuple);
	copy_attr(del, CTA_ZONE, e.zone);
	copy_attr(del, CTA_ID, e.id);
	r = nl_request(nl, del, NULL, NULL);
	return r == -ENOENT ? 0 : r;
}

static int read_entries(struct change *c, char **ret_why)
{
	return addr_len(c->op.prefix.addr.family) ? 0 : -EINVAL;
}

static int do_delete(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(messages_free) messages m = { 0 };
	struct nl_buf b;
	int result = 0, r = netns_nl(c->ns_fd, NETLINK_NETFILTER, &nl);

	if (r == 0)
		r = messages_dump(nl, request(&b, IPCTNL_MSG_CT_GET, c->op.prefix.addr.family), &m);
	/*
	 * a table under traffic changes while it is read; a kernel without conntrack has no
	 * entries
	 */
	if (r < 0 && r != -EINTR)
		return r == -EINVAL || r == -EPROTONOSUPPORT ? 0 : r;
	vec_each(nlh, &m) {
		r = delete_entry(c, nl, *nlh);
		if (result == 0)
			result = r;
	}
	return result;
}

static int undo_delete(struct change *c, char **ret_why)
{
	*ret_why = xstrdup("traffic makes new entries by itself");
	return UNDO_NOTHING;
}

const struct applier apply_conntrack = {
	.read = read_entries, .apply = do_delete, .undo = undo_delete,
};
