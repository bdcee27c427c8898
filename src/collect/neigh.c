/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Neighbours: RTM_NEWNEIGH (neigh_fill_info() in net/core/neighbour.c). */
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "collect/collector.h"
#include "nlfield.h"

struct neigh_message {
	struct addr dst;
	struct nlspan lladdr;
};

static const struct nlfield neigh_fields[] = {
	{ NDA_DST,    NLFIELD(ADDR, struct neigh_message, dst) },
	{ NDA_LLADDR, NLFIELD(SPAN, struct neigh_message, lladdr) },
	{ 0 },
};

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const struct ndmsg *ndm = nl_header(nlh, sizeof(*ndm));
	struct neigh_message m = { 0 };
	struct neigh n = { .raw = raw };
	int r;

	if (nlh->nlmsg_type != RTM_NEWNEIGH)
		return 0;
	if (!ndm)
		return -EBADMSG;
	if (addr_len(ndm->ndm_family) == 0)
		return 0;
	r = nlfield_read(neigh_fields, nlfield_attrs(nlh, sizeof(*ndm)), &m);
	if (r < 0)
		return r;
	if (m.dst.family != ndm->ndm_family || m.lladdr.n > sizeof(n.mac))
		return -EBADMSG;
	n.ifindex = ndm->ndm_ifindex;
	n.addr = m.dst;
	n.mac_len = (uint8_t)m.lladdr.n;
	if (n.mac_len > 0)
		memcpy(n.mac, m.lladdr.p, n.mac_len);
	n.state = ndm->ndm_state;
	n.flags = ndm->ndm_flags;
	vec_push(&ns->neighs, n);
	return 0;
}

static int read_neighs(struct collecting *c)
{
	const struct ndmsg ndm = { .ndm_family = AF_UNSPEC };
	/* whom it answers for in another's place; the kernel lists them only when asked so */
	const struct ndmsg proxied = { .ndm_family = AF_INET6, .ndm_flags = NTF_PROXY };
	struct nl_buf b;
	int r = collect_dump(c, COLLECT_NEIGH, c->route,
			     nl_put(&b, RTM_GETNEIGH, 0, &ndm, sizeof(ndm)));

	if (r < 0)
		return r;
	r = collect_dump(c, COLLECT_NEIGH, c->route,
			 nl_put(&b, RTM_GETNEIGH, 0, &proxied, sizeof(proxied)));
	return r == -EOPNOTSUPP ? 0 : r;
}

const struct collector collect_neigh = {
	.kind = COLLECT_NEIGH, .read = read_neighs, .parse = parse,
};
