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
		bool here = bridge ? e->bridge == bridge : e->port == c->op.ifindex;

		if (!here || e->vlan || memcmp(e->mac, c->op.neigh.mac, sizeof(e->mac)) != 0)
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
	/* a sticky one that has aged is refused as such (br_fdb_add()) */
	if (!(ndm->ndm_state & (NUD_PERMANENT | NUD_NOARP)))
		ndm->ndm_state = NUD_REACHABLE;
	return nl_request(nl, nlh, NULL, NULL);
}

static bool same_entry(const struct fdb *a, const struct fdb *b)
{
	return a->port == b->port && a->state == b->state && !((a->flags ^ b->flags) & (NTF_STICKY | NTF_EXT_LEARNED));
}

static int undo_fdb(struct change *c, char **ret_why)
{
	messages m = { .v = c->before.messages.v, .n = c->before.messages.n };
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	_cleanup_(nl_closep) struct nl *nl = NULL;
	const struct fdb *old;
	struct fdb now;
	int r = messages_parse(&m, COLLECT_BRIDGE, &s);

	if (r < 0 || m.n != 1 || s->ns.v[0].fdb.n != 1)
		return -EINVAL;
	old = &s->ns.v[0].fdb.v[0];
	r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);
	if (r == 0)
		r = find(c, nl, old->bridge, &now, NULL);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && same_entry(&now, old))
		return UNDO_NOTHING;
	/* what was learned meanwhile makes room, what somebody wrote does not */
	if (r == 0 && (now.state & (NUD_PERMANENT | NUD_NOARP)))
		return apply_fail(-ESTALE, ret_why, "somebody wrote another entry since");
	r = write_back(nl, c->before.messages.v[0]);
	return r == -ENODEV ? UNDO_NOTHING : r < 0 ? r : UNDO_DONE;
}

const struct applier apply_fdb_del = {
	.read = read_fdb, .apply = do_fdb, .undo = undo_fdb,
};
