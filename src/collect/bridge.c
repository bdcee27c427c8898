/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What bridges know: their forwarding databases (br_fdb_fill(), net/bridge/br_fdb.c) and the VLANs of their ports
 * (br_fill_ifvlaninfo(), net/bridge/br_netlink.c), which are asked for where some bridge filters by them.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "collect/collector.h"
#include "nlfield.h"

struct fdb_message {
	struct nlspan mac;
	int master;
	uint16_t vlan;
};

static const struct nlfield fdb_fields[] = {
	{ NDA_LLADDR, NLFIELD(SPAN, struct fdb_message, mac) },
	{ NDA_MASTER, NLFIELD(S32, struct fdb_message, master) },
	{ NDA_VLAN,   NLFIELD(U16, struct fdb_message, vlan) },
	{ 0 },
};

static int parse_fdb(struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const struct ndmsg *ndm = nl_header(nlh, sizeof(*ndm));
	struct fdb_message m = { 0 };
	struct fdb e = { .raw = raw };
	int r;

	if (!ndm)
		return -EBADMSG;
	/* NTF_SELF: a device's own filter, no bridge's */
	if (ndm->ndm_family != AF_BRIDGE || ndm->ndm_flags & NTF_SELF)
		return 0;
	r = nlfield_read(fdb_fields, nlfield_attrs(nlh, sizeof(*ndm)), &m);
	if (r < 0)
		return r;
	if (m.mac.n != sizeof(e.mac))
		return 0;
	memcpy(e.mac, m.mac.p, sizeof(e.mac));
	e.port = ndm->ndm_ifindex;
	e.bridge = m.master ? m.master : ndm->ndm_ifindex;
	e.vlan = m.vlan;
	e.state = ndm->ndm_state;
	e.flags = ndm->ndm_flags;
	vec_push(&ns->fdb, e);
	return 0;
}

static int parse_vlans(struct ns *ns, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = nl_header(nlh, sizeof(*ifi));
	struct nlspan spec = { 0 }, payload;
	const struct nlfield fields[] = {
		{ IFLA_AF_SPEC, NLFIELD_SPAN, 0, sizeof(spec), NULL },
		{ 0 },
	};
	struct bridge_vlan_info info;
	uint16_t type;
	int r;

	if (!ifi)
		return -EBADMSG;
	if (ifi->ifi_family != AF_BRIDGE)
		return 0;
	r = nlfield_read(fields, nlfield_attrs(nlh, sizeof(*ifi)), &spec);
	while (r == 0 && (r = nlfield_next(&spec, &type, &payload)) > 0) {
		r = 0;
		if (type != IFLA_BRIDGE_VLAN_INFO)
			continue;
		if (payload.n != sizeof(info))
			return -EBADMSG;
		memcpy(&info, payload.p, sizeof(info));
		vec_push(&ns->vlans, ((struct bridge_vlan){ .ifindex = ifi->ifi_index, .vid = info.vid,
							    .flags = info.flags }));
	}
	return r;
}

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	if (nlh->nlmsg_type == RTM_NEWNEIGH)
		return parse_fdb(ns, nlh, raw);
	return nlh->nlmsg_type == RTM_NEWLINK ? parse_vlans(ns, nlh) : 0;
}

static int read_bridges(struct collecting *c)
{
	const struct ndmsg ndm = { .ndm_family = AF_BRIDGE };
	const struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE };
	bool any = false, filtering = false;
	struct nl_buf b;
	struct nlmsghdr *nlh;
	int r;

	vec_each(l, &c->ns->links) {
		any = any || streq(l->kind, "bridge");
		filtering = filtering || l->vlan_filtering;
	}
	if (!any)
		return 0;
	r = collect_dump(c, COLLECT_BRIDGE, c->route, nl_put(&b, RTM_GETNEIGH, 0, &ndm, sizeof(ndm)));
	if (r == -EINTR)
		r = 0; /* entries are learned all the time */
	if (r < 0 || !filtering)
		return r;
	nlh = nl_put(&b, RTM_GETLINK, 0, &ifi, sizeof(ifi));
	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN);
	return collect_dump(c, COLLECT_BRIDGE, c->route, nlh);
}

const struct collector collect_bridge = {
	.kind = COLLECT_BRIDGE, .read = read_bridges, .parse = parse,
};
