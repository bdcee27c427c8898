/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Neighbours: RTM_NEWNEIGH, RTM_DELNEIGH (neigh_add(), neigh_delete() in net/core/neighbour.c). */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "apply/applier.h"
#include "collect/collector.h"
#include "netns.h"

#define NUD_WRITTEN (NUD_PERMANENT | NUD_NOARP) /* by somebody, not learned */

/* The entry, or -ENOENT; its message too where ret_message is given. */
static int find(struct change *c, struct nl *nl, struct neigh *ret, struct nlmsghdr **ret_message)
{
	const struct ndmsg ndm = { .ndm_family = c->op.neigh.addr.family };
	_cleanup_(messages_free) messages m = { 0 };
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	const struct neigh *n;
	struct nl_buf b;
	int r = messages_dump(nl, nl_put(&b, RTM_GETNEIGH, 0, &ndm, sizeof(ndm)), &m);

	if (r == 0)
		r = messages_parse(&m, COLLECT_NEIGH, &s);
	if (r < 0)
		return r;
	n = ns_neigh(&s->ns.v[0], c->op.ifindex, &c->op.neigh.addr);
	if (!n)
		return -ENOENT;
	*ret = *n;
	if (ret_message)
		*ret_message = message_dup(m.v[n->raw]);
	return 0;
}

static bool same_mac(const struct neigh *a, const struct neigh *b)
{
	return a->mac_len == b->mac_len && memcmp(a->mac, b->mac, a->mac_len) == 0;
}

static int read_neigh(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct nlmsghdr *message;
	struct neigh n;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	if (r == 0)
		r = find(c, nl, &n, &message);
	if (r == -ENOENT)
		return apply_fail(-EALREADY, ret_why, "the entry is gone already");
	if (r < 0)
		return r;
	vec_push(&c->before.messages, message);
	if (!same_mac(&n, &c->op.neigh))
		return apply_fail(-EALREADY, ret_why, "the entry has another address already");
	return 0;
}

static int do_neigh(struct change *c, char **ret_why)
{
	const struct addr *a = &c->op.neigh.addr;
	const struct ndmsg ndm = { .ndm_family = a->family, .ndm_ifindex = c->op.ifindex };
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_DELNEIGH, 0, &ndm, sizeof(ndm));
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	mnl_attr_put(nlh, NDA_DST, addr_len(a->family), a->b);
	return r < 0 ? r : nl_request(nl, nlh, NULL, NULL);
}

static bool keep(uint16_t attr)
{
	return attr == NDA_DST || attr == NDA_LLADDR || attr == NDA_PROTOCOL;
}

/*
 * An entry in the middle of being asked for again comes back as one to be asked for when it
 * is needed.
 */
static int write_back(struct nl *nl, const struct nlmsghdr *old)
{
	_cleanup_(freep) struct nlmsghdr *nlh = message_again(
		old, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, sizeof(struct ndmsg), keep);
	struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);

	if (ndm->ndm_state & (NUD_DELAY | NUD_PROBE))
		ndm->ndm_state = NUD_STALE;
	ndm->ndm_flags &= NTF_ROUTER | NTF_EXT_LEARNED;
	ndm->ndm_type = 0;
	return nl_request(nl, nlh, NULL, NULL);
}

static int undo_neigh(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	messages m = { .v = c->before.messages.v, .n = c->before.messages.n };
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	const struct neigh *old;
	struct neigh now = { 0 };
	int r = messages_parse(&m, COLLECT_NEIGH, &s);

	if (r < 0 || m.n != 1 || s->ns.v[0].neighs.n != 1)
		return -EINVAL;
	old = &s->ns.v[0].neighs.v[0];
	/* an entry that says nothing but "nobody answers" is no loss */
	if (!(old->state & (NUD_WRITTEN | NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE)))
		return UNDO_NOTHING;
	r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);
	if (r == 0)
		r = find(c, nl, &now, NULL);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && same_mac(&now, old) && now.state == old->state)
		return UNDO_NOTHING;
	/* what was learned meanwhile makes room, what somebody wrote does not */
	if (r == 0 && (now.state & NUD_WRITTEN))
		return apply_fail(-ESTALE, ret_why, "somebody wrote another entry for %s since",
				  addr_text(&old->addr).s);
	r = write_back(nl, c->before.messages.v[0]);
	if (r == -ENODEV)
		return UNDO_NOTHING;
	return r < 0 ? r : UNDO_DONE;
}

const struct applier apply_neigh_del = {
	.read = read_neigh, .apply = do_neigh, .undo = undo_neigh,
};
