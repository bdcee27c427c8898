/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links: up, arp, mtu.
 *
 * A link that goes down loses its IPv6 addresses and permanent neighbours
 * (addrconf_ifdown(), neigh_ifdown()), one whose IFF_NOARP changes the latter
 * (arp_netdev_event()), and an IPv6 MTU of its own is forgotten
 * (addrconf_notify()); undo gives back what was there before.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ipv6.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "apply/applier.h"
#include "netns.h"
#include "nlfield.h"

static int set_link(struct nl *nl, int ifindex, uint32_t flags, uint32_t change, uint32_t mtu)
{
	const struct ifinfomsg ifi = {
		.ifi_index = ifindex, .ifi_flags = flags, .ifi_change = change,
	};
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_NEWLINK, 0, &ifi, sizeof(ifi));

	if (mtu)
		mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
	return nl_request(nl, nlh, NULL, NULL);
}

/* Reads the link and remembers what undo may have to give back. */
static int read_link(struct change *c, struct link *ret)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(freep) char *mtu6 = NULL;
	messages m = { 0 };
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	if (r == 0)
		r = link_get(nl, c->op.ifindex, ret, NULL);
	if (r == 0)
		r = volatile_read(nl, c->op.ifindex, &m);
	vec_each(nlh, &m)
		vec_push(&c->before.messages, *nlh);
	vec_free(&m);
	if (r < 0)
		return r;
	mtu6 = xasprintf("net.ipv6.conf.%s.mtu", ret->name);
	sysctl_remember(c, mtu6);
	return 0;
}

/* The socket, the link and what it could lose now; undo's beginning. */
static int read_again(struct change *c, struct nl **ret_nl, struct link *ret, messages *ret_m)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	if (r == 0)
		r = link_get(nl, c->op.ifindex, ret, NULL);
	if (r == 0)
		r = volatile_read(nl, c->op.ifindex, ret_m);
	if (r < 0)
		return r;
	*ret_nl = nl;
	nl = NULL;
	return 0;
}

/* --- what is the same address or neighbour --------------------------------- */

struct holding {
	uint16_t type;
	struct addr addr;
};

/* IFA_ADDRESS and NDA_DST have the same number. */
static const struct nlfield holding_fields[] = {
	{ IFA_ADDRESS, NLFIELD(ADDR, struct holding, addr) },
	{ 0 },
};

static struct holding holding(const struct nlmsghdr *nlh)
{
	bool neigh = nlh->nlmsg_type == RTM_NEWNEIGH;
	size_t header = neigh ? sizeof(struct ndmsg) : sizeof(struct ifaddrmsg);
	struct holding h = { .type = nlh->nlmsg_type };

	nlfield_read(holding_fields, nlfield_attrs(nlh, header), &h);
	return h;
}

static bool is_held(const messages *m, const struct nlmsghdr *nlh)
{
	struct holding wanted = holding(nlh);

	vec_each(other, m) {
		struct holding h = holding(*other);

		if (h.type == wanted.type && addr_eq(&h.addr, &wanted.addr))
			return true;
	}
	return false;
}

/*
 * Gives back what was there before the change; with `still`, only what was still there a
 * moment ago.
 */
static int give_back(struct change *c, struct nl *nl, const messages *still)
{
	messages wanted = { 0 };
	int r;

	vec_each(nlh, &c->before.messages)
		if (!still || is_held(still, *nlh))
			vec_push(&wanted, *nlh);
	r = volatile_restore(nl, &wanted);
	vec_free(&wanted);
	return r;
}

static int finish(struct change *c, int r)
{
	if (r == 0)
		r = sysctl_restore(c);
	return r < 0 ? r : UNDO_DONE;
}

/* --- up -------------------------------------------------------------------- */

static int read_up(struct change *c, char **ret_why)
{
	struct link l;
	int r = read_link(c, &l);

	if (r < 0)
		return r;
	if (l.flags & IFF_UP)
		return apply_fail(-EALREADY, ret_why, "%s is up already", l.name);
	return 0;
}

static int do_up(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	return r < 0 ? r : set_link(nl, c->op.ifindex, IFF_UP, IFF_UP, 0);
}

static int undo_up(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(messages_free) messages now = { 0 };
	struct link l;
	int r = read_again(c, &nl, &l, &now);

	if (r == -ENODEV || (r == 0 && !(l.flags & IFF_UP)))
		return UNDO_NOTHING;
	if (r == 0)
		r = set_link(nl, c->op.ifindex, 0, IFF_UP, 0);
	if (r == 0)
		r = give_back(c, nl, &now);
	return finish(c, r);
}

const struct applier apply_link_up = {
	.read = read_up, .apply = do_up, .undo = undo_up,
};

/* --- arp ------------------------------------------------------------------- */

static int read_arp(struct change *c, char **ret_why)
{
	struct link l;
	int r = read_link(c, &l);

	if (r < 0)
		return r;
	if (!(l.flags & IFF_NOARP))
		return apply_fail(-EALREADY, ret_why, "%s does ARP already", l.name);
	return 0;
}

static int do_arp(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	return r < 0 ? r : set_link(nl, c->op.ifindex, 0, IFF_NOARP, 0);
}

/* The change itself has dropped permanent neighbours, and undo drops those that came since. */
static int undo_arp(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(messages_free) messages now = { 0 };
	struct link l;
	int r = read_again(c, &nl, &l, &now);

	if (r == -ENODEV || (r == 0 && (l.flags & IFF_NOARP)))
		return UNDO_NOTHING;
	if (r == 0)
		r = set_link(nl, c->op.ifindex, IFF_NOARP, IFF_NOARP, 0);
	if (r == 0)
		r = volatile_restore(nl, &now);
	if (r == 0)
		r = give_back(c, nl, NULL);
	return finish(c, r);
}

const struct applier apply_link_arp = {
	.read = read_arp, .apply = do_arp, .undo = undo_arp,
};

/* --- mtu ------------------------------------------------------------------- */

static int read_mtu(struct change *c, char **ret_why)
{
	struct link l;
	int r = read_link(c, &l);

	if (r < 0)
		return r;
	if (l.mtu == (uint32_t)c->op.value)
		return apply_fail(-EALREADY, ret_why, "the MTU of %s is %d already", l.name,
				  c->op.value);
	c->before.value = (int)l.mtu;
	return 0;
}

static int do_mtu(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	return r < 0 ? r : set_link(nl, c->op.ifindex, 0, 0, (uint32_t)c->op.value);
}

static int undo_mtu(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(messages_free) messages now = { 0 };
	/* below this, IPv6 leaves an interface and takes its addresses along */
	bool lost = c->op.value < IPV6_MIN_MTU && c->before.value >= IPV6_MIN_MTU;
	struct link l;
	int r = read_again(c, &nl, &l, &now);

	if (r == -ENODEV || (r == 0 && l.mtu == (uint32_t)c->before.value))
		return UNDO_NOTHING;
	if (r == 0 && l.mtu != (uint32_t)c->op.value)
		return apply_fail(-ESTALE, ret_why, "the MTU of %s is %u, not the %d that was set",
				  l.name, l.mtu, c->op.value);
	if (r == 0)
		r = set_link(nl, c->op.ifindex, 0, 0, (uint32_t)c->before.value);
	if (r == 0 && lost)
		r = give_back(c, nl, NULL);
	return finish(c, r);
}

const struct applier apply_link_mtu = {
	.read = read_mtu, .apply = do_mtu, .undo = undo_mtu,
};
