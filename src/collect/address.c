/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses: RTM_NEWADDR (inet_fill_ifaddr() in net/ipv4/devinet.c, inet6_fill_ifaddr()). */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "collect/collector.h"
#include "nlfield.h"

struct addr_message {
	struct addr local, address;
	uint32_t flags;
};

static const struct nlfield addr_fields[] = {
	{ IFA_LOCAL,   NLFIELD(ADDR, struct addr_message, local) },
	{ IFA_ADDRESS, NLFIELD(ADDR, struct addr_message, address) },
	{ IFA_FLAGS,   NLFIELD(U32, struct addr_message, flags) },
	{ 0 },
};

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const struct ifaddrmsg *ifa = nl_header(nlh, sizeof(*ifa));
	struct addr_message m = { 0 };
	struct iface_addr *a;
	int r;

	if (nlh->nlmsg_type != RTM_NEWADDR)
		return 0;
	if (!ifa)
		return -EBADMSG;
	m.flags = ifa->ifa_flags;
	r = nlfield_read(addr_fields, nlfield_attrs(nlh, sizeof(*ifa)), &m);
	if (r < 0)
		return r;
	/* with a peer, IFA_ADDRESS is the other side's and IFA_LOCAL ours */
	if (!addr_is_set(&m.local))
		m.local = m.address;
	if (m.local.family != ifa->ifa_family ||
	    ifa->ifa_prefixlen > addr_len(ifa->ifa_family) * 8)
		return -EBADMSG;
	a = vec_add(&ns->addrs);
	a->ifindex = (int)ifa->ifa_index;
	a->prefix = (struct prefix){ .addr = m.local, .len = ifa->ifa_prefixlen };
	a->scope = ifa->ifa_scope;
	a->flags = m.flags;
	return 0;
}

static int read_addrs(struct collecting *c)
{
	const struct ifaddrmsg ifa = { .ifa_family = AF_UNSPEC };
	struct nl_buf b;

	return collect_dump(c, COLLECT_ADDR, c->route,
			    nl_put(&b, RTM_GETADDR, 0, &ifa, sizeof(ifa)));
}

const struct collector collect_addr = {
	.kind = COLLECT_ADDR, .read = read_addrs, .parse = parse,
};
