/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of a bridge's forwarding database (rtnl_fdb_add(), rtnl_fdb_del() in net/core/rtnetlink.c). */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "apply/applier.h"
#include "collect/collector.h"
#include "netns.h"

/*
 * The entry of that address at that port, or with bridge at any of its ports; -ENOENT. Its message too where
 * ret_message is given.
 */
static int find(struct change *c, struct nl *nl, int bridge, struct fdb *ret, struct nlmsghdr **ret_message)
{
	const struct ndmsg ndm = { .ndm_family = AF_BRIDGE };
	_cleanup_(messages_free) messages m = { 0 };
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	struct nl_buf b;
	int r = messages_dump(nl, nl_put(&b, RTM_GETNEIGH, 0, &ndm, sizeof(ndm)), &m);

	/* entries are learned all the time */
	if (r == 0 || r == -EINTR)
		r = messages_parse(&m, COLLECT_BRIDGE, &s);
	if (r < 0)
		return r;
	vec_each(e, &s->ns.v[0].fdb) {
		if ((bridge ? e->bridge != bridge : e->port != c->op.ifindex) || e->vlan || memcmp(e->mac, c->op.neigh.mac, sizeof(e->mac)) != 0)
			continue;
		*ret = *e;
		if (ret_message)
			*ret_message = message_dup(m.v[e->raw]);
		return 0;
	}
	return -ENOENT;
}

static int read_fdb(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct nlmsghdr *message;
	struct fdb e;
	int r = c->op.neigh.mac_len == sizeof(e.mac) ? netns_nl(c->ns_fd, NETLINK_ROUTE, &nl) : -EINVAL;

	if (r == 0)
		r = find(c, nl, 0, &e, &message);
	if (r == -ENOENT)
		return apply_fail(-EALREADY, ret_why, "the entry is gone already");
	if (r == 0)
		vec_push(&c->before.messages, message);
	return r;
}

static int do_fdb(struct change *c, char **ret_why)
{
	const struct ndmsg ndm = { .ndm_family = AF_BRIDGE, .ndm_ifindex = c->op.ifindex, .ndm_flags = NTF_MASTER };
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_DELNEIGH, 0, &ndm, sizeof(ndm));
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	mnl_attr_put(nlh, NDA_LLADDR, c->op.neigh.mac_len, c->op.neigh.mac);
	return r < 0 ? r : nl_request(nl, nlh, NULL, NULL);
}

static bool keep(uint16_t attr)
{
	return attr == NDA_LLADDR;
}

static int write_back(struct nl *nl, const struct nlmsghdr *old)
{
	_cleanup_(freep) struct nlmsghdr *nlh = message_again(
		old, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, sizeof(struct ndmsg), keep);
	struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);

	ndm->ndm_flags = (ndm->ndm_flags & (NTF_STICKY | NTF_EXT_LEARNED)) | NTF_MASTER;
	ndm->ndm_type = 0;
	return nl_request(nl, nlh, NULL, NULL);
}

static int bridge_of(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct ndmsg))
		if (mnl_attr_get_type(attr) == NDA_MASTER && mnl_attr_get_payload_len(attr) >= sizeof(uint32_t))
			return (int)mnl_attr_get_u32(attr);
	return 0;
}

static int undo_fdb(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct fdb now;
	int r;

	if (c->before.messages.n != 1)
		return -EINVAL;
	r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);
	if (r == 0)
		r = find(c, nl, bridge_of(c->before.messages.v[0]), &now, NULL);
	if (r < 0 && r != -ENOENT)
		return r;
	/* what was learned meanwhile makes room, what somebody wrote does not */
	if (r == 0 && (now.state & (NUD_PERMANENT | NUD_NOARP)))
		return apply_fail(-ESTALE, ret_why, "somebody wrote another entry since");
	r = write_back(nl, c->before.messages.v[0]);
	return r == -ENODEV ? UNDO_NOTHING : r < 0 ? r : UNDO_DONE;
}

const struct applier apply_fdb_del = {
	.read = read_fdb, .apply = do_fdb, .undo = undo_fdb,
};
