/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link's bridge (br_add_if(), br_del_if() in net/bridge/br_if.c).
 *
 * A port that leaves loses its settings and static forwarding entries, and a
 * bridge takes the lowest MAC address of its ports, or none
 * (br_stp_recalculate_bridge_id()): all of it is remembered and given back.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "apply/applier.h"
#include "collect/collector.h"
#include "netns.h"
#include "nlfield.h"

static int set_master(struct nl *nl, int ifindex, int master)
{
	const struct ifinfomsg ifi = { .ifi_index = ifindex };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_NEWLINK, 0, &ifi, sizeof(ifi));

	mnl_attr_put_u32(nlh, IFLA_MASTER, (uint32_t)master);
	return nl_request(nl, nlh, NULL, NULL);
}

static void remember(struct change *c, struct nlmsghdr *message)
{
	vec_push(&c->before.messages, message);
}

/* --- reading --------------------------------------------------------------- */

/*
 * Static entries of the forwarding database on that port; its own addresses the kernel makes
 * itself.
 */
static bool is_static(const struct nlmsghdr *nlh, int ifindex)
{
	const struct ndmsg *ndm = nl_header(nlh, sizeof(*ndm));

	return ndm && nlh->nlmsg_type == RTM_NEWNEIGH && ndm->ndm_ifindex == ifindex &&
	       (ndm->ndm_state & NUD_NOARP) && !(ndm->ndm_flags & NTF_SELF);
}

static int remember_fdb(struct change *c, struct nl *nl, int bridge)
{
	const struct ndmsg ndm = { .ndm_family = AF_BRIDGE };
	_cleanup_(messages_free) messages m = { 0 };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_GETNEIGH, 0, &ndm, sizeof(ndm));
	int r;

	mnl_attr_put_u32(nlh, NDA_MASTER, (uint32_t)bridge);
	r = messages_dump(nl, nlh, &m);
	vec_each(one, &m)
		if (r == 0 && is_static(*one, c->op.ifindex))
			remember(c, message_dup(*one));
	return r;
}

static int remember_link(struct change *c, struct nl *nl, int ifindex, struct link *ret)
{
	struct nlmsghdr *message;
	int r = link_get(nl, ifindex, ret, &message);

	if (r == 0)
		remember(c, message);
	return r;
}

static int remember_old(struct change *c, struct nl *nl, char **ret_why)
{
	struct link bridge;
	int r = remember_link(c, nl, c->before.value, &bridge);

	if (r < 0)
		return r;
	if (!streq(bridge.kind, "bridge"))
		return apply_fail(-ENOTSUP, ret_why, "it belongs to %s, which is no bridge",
				  bridge.name);
	/* a port's VLANs would be lost with its bridge */
	if (bridge.vlan_filtering)
		return apply_fail(-ENOTSUP, ret_why, "it is a port of %s, which filters VLANs",
				  bridge.name);
	return remember_fdb(c, nl, c->before.value);
}

static int read_master(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct link l, bridge;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	if (r == 0)
		r = remember_link(c, nl, c->op.ifindex, &l);
	if (r == 0)
		r = remember_link(c, nl, c->op.value, &bridge);
	if (r < 0)
		return r;
	c->before.value = l.master;
	if (l.master == c->op.value)
		return apply_fail(-EALREADY, ret_why, "%s is a port of %s already", l.name,
				  bridge.name);
	return l.master ? remember_old(c, nl, ret_why) : 0;
}

static int do_master(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	return r < 0 ? r : set_master(nl, c->op.ifindex, c->op.value);
}

/* --- giving back ----------------------------------------------------------- */

/* What may be written of a port (br_port_policy); the rest is what the bridge says about it. */
static bool is_writable(uint16_t attr)
{
	switch (attr) {
	case IFLA_BRPORT_COST:
	case IFLA_BRPORT_PRIORITY:
	case IFLA_BRPORT_MODE:
	case IFLA_BRPORT_GUARD:
	case IFLA_BRPORT_PROTECT:
	case IFLA_BRPORT_FAST_LEAVE:
	case IFLA_BRPORT_LEARNING:
	case IFLA_BRPORT_UNICAST_FLOOD:
	case IFLA_BRPORT_MCAST_FLOOD:
	case IFLA_BRPORT_BCAST_FLOOD:
	case IFLA_BRPORT_MCAST_TO_UCAST:
	case IFLA_BRPORT_MULTICAST_ROUTER:
	case IFLA_BRPORT_PROXYARP:
	case IFLA_BRPORT_PROXYARP_WIFI:
	case IFLA_BRPORT_NEIGH_SUPPRESS:
	case IFLA_BRPORT_VLAN_TUNNEL:
	case IFLA_BRPORT_GROUP_FWD_MASK:
	case IFLA_BRPORT_ISOLATED:
	case IFLA_BRPORT_BACKUP_PORT:
	case BRPORT_LOCKED:
	case 40: /* IFLA_BRPORT_MAB, Linux 6.2 */
	case 43: /* IFLA_BRPORT_NEIGH_VLAN_SUPPRESS, Linux 6.4 */
		return true;
	}
	return false;
}

struct port_message {
	struct nlspan slave, mac;
};

static const struct nlfield linkinfo_fields[] = {
	{ IFLA_INFO_SLAVE_DATA, NLFIELD(SPAN, struct port_message, slave) },
	{ 0 },
};

static const struct nlfield port_fields[] = {
	{ IFLA_ADDRESS,  NLFIELD(SPAN, struct port_message, mac) },
	{ IFLA_LINKINFO, NLFIELD_NESTED(linkinfo_fields) },
	{ 0 },
};

static struct port_message port_message(const struct nlmsghdr *nlh)
{
	struct port_message p = { 0 };

	nlfield_read(port_fields, nlfield_attrs(nlh, sizeof(struct ifinfomsg)), &p);
	return p;
}

static int restore_settings(struct change *c, struct nl *nl, const struct nlmsghdr *old)
{
	const struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE, .ifi_index = c->op.ifindex };
	struct nlspan attrs = port_message(old).slave, payload;
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_SETLINK, 0, &ifi, sizeof(ifi));
	struct nlattr *port = mnl_attr_nest_start(nlh, IFLA_PROTINFO);
	uint16_t attr;

	while (nlfield_next(&attrs, &attr, &payload) > 0)
		if (is_writable(attr & NLA_TYPE_MASK))
			mnl_attr_put_check(nlh, sizeof(b), attr, payload.n, payload.p);
	mnl_attr_nest_end(nlh, port);
	return nl_request(nl, nlh, NULL, NULL);
}

/* The state last: spanning tree may not let anybody write it, and it comes to it by itself. */
static int restore_state(struct change *c, struct nl *nl, const struct link *old)
{
	const struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE, .ifi_index = c->op.ifindex };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_SETLINK, 0, &ifi, sizeof(ifi));
	struct nlattr *port = mnl_attr_nest_start(nlh, IFLA_PROTINFO);
	int r;

	mnl_attr_put_u8(nlh, IFLA_BRPORT_STATE, old->brport.state);
	mnl_attr_nest_end(nlh, port);
	r = nl_request(nl, nlh, NULL, NULL);
	return r == -EBUSY || r == -ENETDOWN ? 0 : r;
}

static bool fdb_attr(uint16_t attr)
{
	return attr == NDA_LLADDR || attr == NDA_VLAN;
}

static int restore_fdb(struct nl *nl, const struct nlmsghdr *old)
{
	_cleanup_(freep) struct nlmsghdr *nlh = message_again(
		old, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ndmsg), fdb_attr);
	struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	int r;

	ndm->ndm_flags = (ndm->ndm_flags & NTF_STICKY) | NTF_MASTER;
	r = nl_request(nl, nlh, NULL, NULL);
	return r == -EEXIST ? 0 : r;
}

/* Everything of the old port but its bridge, which it has again. */
static int restore_port(struct change *c, struct nl *nl, const struct link *old)
{
	int r = restore_settings(c, nl, c->before.messages.v[0]);

	vec_each(one, &c->before.messages)
		if (r == 0 && (*one)->nlmsg_type == RTM_NEWNEIGH)
			r = restore_fdb(nl, *one);
	return r < 0 ? r : restore_state(c, nl, old);
}

static int set_mac(struct nl *nl, int ifindex, const struct link *old)
{
	const struct ifinfomsg ifi = { .ifi_index = ifindex };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_NEWLINK, 0, &ifi, sizeof(ifi));

	mnl_attr_put(nlh, IFLA_ADDRESS, old->mac_len, old->mac);
	return nl_request(nl, nlh, NULL, NULL);
}

/* A bridge that has its old address again by itself is left to choose on. */
static int restore_mac(struct nl *nl, const struct link *old)
{
	static const uint8_t zero[sizeof(old->mac)];
	struct link now;
	int r = link_get(nl, old->ifindex, &now, NULL);

	if (r == -ENODEV)
		return 0;
	if (r < 0 || memcmp(now.mac, old->mac, sizeof(now.mac)) == 0 ||
	    memcmp(old->mac, zero, sizeof(zero)) == 0)
		return r;
	return set_mac(nl, old->ifindex, old);
}

static int parse_old(const struct change *c, struct snapshot **ret)
{
	size_t wanted = c->before.value ? 3 : 2;
	messages m = { .v = c->before.messages.v, .n = wanted };
	int r;

	if (c->before.messages.n < wanted)
		return -EINVAL;
	r = messages_parse(&m, COLLECT_LINK, ret);
	return r == 0 && (*ret)->ns.v[0].links.n != wanted ? -EINVAL : r;
}

static int take_back(struct change *c, struct nl *nl, const struct ns *old)
{
	int r = set_master(nl, c->op.ifindex, c->before.value);

	if (r == 0 && c->before.value)
		r = restore_port(c, nl, &old->links.v[0]);
	for (size_t i = 1; r == 0 && i < old->links.n; i++)
		r = restore_mac(nl, &old->links.v[i]);
	return r < 0 ? r : UNDO_DONE;
}

static int undo_master(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(snapshot_freep) struct snapshot *old = NULL;
	struct link l;
	int r = parse_old(c, &old);

	if (r == 0)
		r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);
	if (r == 0)
		r = link_get(nl, c->op.ifindex, &l, NULL);
	if (r == -ENODEV || (r == 0 && l.master == c->before.value))
		return UNDO_NOTHING;
	if (r < 0)
		return r;
	if (l.master != c->op.value)
		return apply_fail(-ESTALE, ret_why, "%s is a port of %s now", l.name,
				  apply_ifname(c, l.master).s);
	return take_back(c, nl, &old->ns.v[0]);
}

const struct applier apply_link_master = {
	.read = read_master, .apply = do_master, .undo = undo_master,
};
