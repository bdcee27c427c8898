/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses: RTM_NEWADDR, RTM_DELADDR (net/ipv4/devinet.c, net/ipv6/addrconf.c). */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "apply/applier.h"
#include "netns.h"
#include "nlfield.h"

struct address {
	struct addr address, local;
	uint32_t flags;
};

static const struct nlfield address_fields[] = {
	{ IFA_ADDRESS, NLFIELD(ADDR, struct address, address) },
	{ IFA_LOCAL,   NLFIELD(ADDR, struct address, local) },
	{ IFA_FLAGS,   NLFIELD(U32, struct address, flags) },
	{ 0 },
};

/* What there is of it on the interface. */
struct presence {
	bool there, secondary;
	bool followed; /* others of the same network came after it, and would go with it */
};

static void look(const struct change *c, const struct nlmsghdr *nlh, struct presence *p)
{
	const struct prefix *ours = &c->op.prefix;
	const struct ifaddrmsg *ifa = nl_header(nlh, sizeof(*ifa));
	struct address a = { 0 };
	struct prefix theirs;

	if (!ifa || ifa->ifa_index != (uint32_t)c->op.ifindex ||
	    nlfield_read(address_fields, nlfield_attrs(nlh, sizeof(*ifa)), &a) < 0)
		return;
	theirs = (struct prefix){ addr_is_set(&a.local) ? a.local : a.address, ifa->ifa_prefixlen };
	if (prefix_eq(&theirs, ours)) {
		p->there = true;
		p->secondary = a.flags & IFA_F_SECONDARY;
	} else if (theirs.len == ours->len && prefix_has(ours, &theirs.addr) &&
		   (a.flags & IFA_F_SECONDARY) && theirs.addr.family == AF_INET) {
		p->followed = true;
	}
}

static int find(struct change *c, struct nl *nl, struct presence *ret)
{
	const struct ifaddrmsg ifa = {
		.ifa_family = c->op.prefix.addr.family, .ifa_index = (uint32_t)c->op.ifindex,
	};
	_cleanup_(messages_free) messages m = { 0 };
	struct presence p = { 0 };
	struct nl_buf b;
	int r = messages_dump(nl, nl_put(&b, RTM_GETADDR, 0, &ifa, sizeof(ifa)), &m);

	if (r < 0)
		return r;
	vec_each(nlh, &m)
		look(c, *nlh, &p);
	*ret = p;
	return 0;
}

static int read_address(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct presence p;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	if (r == 0)
		r = find(c, nl, &p);
	if (r < 0)
		return r;
	if (p.there)
		return apply_fail(-EALREADY, ret_why, "%s has %s already",
				  apply_ifname(c, c->op.ifindex).s, prefix_text(&c->op.prefix).s);
	return 0;
}

static int request(struct change *c, struct nl *nl, uint16_t type, uint16_t flags)
{
	const struct addr *a = &c->op.prefix.addr;
	const struct ifaddrmsg ifa = {
		.ifa_family = a->family,
		.ifa_prefixlen = c->op.prefix.len,
		.ifa_index = (uint32_t)c->op.ifindex,
	};
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, type, flags, &ifa, sizeof(ifa));

	mnl_attr_put(nlh, IFA_LOCAL, addr_len(a->family), a->b);
	mnl_attr_put(nlh, IFA_ADDRESS, addr_len(a->family), a->b);
	return nl_request(nl, nlh, NULL, NULL);
}

static int do_address(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	return r < 0 ? r : request(c, nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
}

static int undo_address(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct presence p;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	if (r == 0)
		r = find(c, nl, &p);
	if (r == -ENODEV || (r == 0 && !p.there))
		return UNDO_NOTHING;
	if (r == 0 && p.followed && !p.secondary)
		return apply_fail(-ESTALE, ret_why,
				  "%s has other addresses of that network now, which it "
				  "would take along",
				  apply_ifname(c, c->op.ifindex).s);
	if (r == 0)
		r = request(c, nl, RTM_DELADDR, 0);
	return r < 0 ? r : UNDO_DONE;
}

const struct applier apply_addr_add = {
	.read = read_address, .apply = do_address, .undo = undo_address,
};
