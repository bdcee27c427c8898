/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links: RTM_NEWLINK (rtnl_fill_ifinfo() in net/core/rtnetlink.c). */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>

#include "collect/collector.h"
#include "inject.h"
#include "nlfield.h"

/* Since Linux 6.17. */
#define DEVCONF6_FORCE_FORWARDING 59

/* A link, and what can be read only when more of the message is known. */
struct link_message {
	struct link link;
	struct nlspan mac, data, slave_data, inet_conf, inet6_conf;
	uint8_t xdp_attached; /* XDP_ATTACHED_* */
	uint32_t stp_state;
	char slave_kind[32];
};

static const struct nlfield linkinfo_fields[] = {
	{ IFLA_INFO_KIND,       NLFIELD(STRING, struct link_message, link.kind) },
	{ IFLA_INFO_DATA,       NLFIELD(SPAN, struct link_message, data) },
	{ IFLA_INFO_SLAVE_KIND, NLFIELD(STRING, struct link_message, slave_kind) },
	{ IFLA_INFO_SLAVE_DATA, NLFIELD(SPAN, struct link_message, slave_data) },
	{ 0 },
};

static const struct nlfield xdp_fields[] = {
	{ IFLA_XDP_ATTACHED, NLFIELD(U8, struct link_message, xdp_attached) },
	{ IFLA_XDP_PROG_ID,  NLFIELD(U32, struct link_message, link.xdp_id) },
	{ 0 },
};

/* Inside IFLA_AF_SPEC, attributes are address families, and theirs are nested once more. */
static const struct nlfield af_inet_fields[] = {
	{ IFLA_INET_CONF, NLFIELD(SPAN, struct link_message, inet_conf) },
	{ 0 },
};

static const struct nlfield af_inet6_fields[] = {
	{ IFLA_INET6_CONF, NLFIELD(SPAN, struct link_message, inet6_conf) },
	{ 0 },
};

static const struct nlfield af_fields[] = {
	{ AF_INET, NLFIELD_NESTED(af_inet_fields) },
	{ AF_INET6, NLFIELD_NESTED(af_inet6_fields) },
	{ 0 },
};

static const struct nlfield link_fields[] = {
	{ IFLA_IFNAME,       NLFIELD(STRING, struct link_message, link.name) },
	{ IFLA_MTU,          NLFIELD(U32, struct link_message, link.mtu) },
	{ IFLA_OPERSTATE,    NLFIELD(U8, struct link_message, link.operstate) },
	{ IFLA_CARRIER,      NLFIELD(BOOL, struct link_message, link.carrier) },
	{ IFLA_MASTER,       NLFIELD(S32, struct link_message, link.master) },
	{ IFLA_LINK,         NLFIELD(S32, struct link_message, link.peer) },
	{ IFLA_LINK_NETNSID, NLFIELD(S32, struct link_message, link.peer_nsid) },
	{ IFLA_ADDRESS,      NLFIELD(SPAN, struct link_message, mac) },
	{ IFLA_LINKINFO,     NLFIELD_NESTED(linkinfo_fields) },
	{ IFLA_XDP,          NLFIELD_NESTED(xdp_fields) },
	{ IFLA_AF_SPEC,      NLFIELD_NESTED(af_fields) },
	{ 0 },
};

static const struct nlfield bridge_fields[] = {
	{ IFLA_BR_STP_STATE,         NLFIELD(U32, struct link_message, stp_state) },
	{ IFLA_BR_VLAN_FILTERING,    NLFIELD(BOOL, struct link_message, link.vlan_filtering) },
	{ IFLA_BR_NF_CALL_IPTABLES,  NLFIELD(BOOL, struct link_message, link.nf_call_iptables) },
	{ IFLA_BR_NF_CALL_IP6TABLES, NLFIELD(BOOL, struct link_message, link.nf_call_ip6tables) },
	{ 0 },
};

static const struct nlfield macvlan_fields[] = {
	{ IFLA_MACVLAN_MODE, NLFIELD(U32, struct link_message, link.macvlan_mode) },
	{ 0 },
};

static const struct nlfield brport_fields[] = {
	{ IFLA_BRPORT_STATE,         NLFIELD(U8, struct brport, state) },
	{ IFLA_BRPORT_MODE,          NLFIELD(BOOL, struct brport, hairpin) },
	{ IFLA_BRPORT_LEARNING,      NLFIELD(BOOL, struct brport, learning) },
	{ IFLA_BRPORT_UNICAST_FLOOD, NLFIELD(BOOL, struct brport, flood) },
	{ IFLA_BRPORT_MCAST_FLOOD,   NLFIELD(BOOL, struct brport, mcast_flood) },
	{ IFLA_BRPORT_BCAST_FLOOD,   NLFIELD(BOOL, struct brport, bcast_flood) },
	{ IFLA_BRPORT_ISOLATED,      NLFIELD(BOOL, struct brport, isolated) },
	{ BRPORT_LOCKED,             NLFIELD(BOOL, struct brport, locked) },
	{ 0 },
};

/* Where a switch stands in IFLA_INET_CONF, an array of s32 that grows with the kernel; the first is number 1 … */
struct switch_place {
	unsigned int number;
	size_t offset;
};

static const struct switch_place inet_conf[] = {
	{ IPV4_DEVCONF_FORWARDING,      offsetof(struct devconf, forwarding) },
	{ IPV4_DEVCONF_RP_FILTER,       offsetof(struct devconf, rp_filter) },
	{ IPV4_DEVCONF_ACCEPT_LOCAL,    offsetof(struct devconf, accept_local) },
	{ IPV4_DEVCONF_ROUTE_LOCALNET,  offsetof(struct devconf, route_localnet) },
	{ IPV4_DEVCONF_PROXY_ARP,       offsetof(struct devconf, proxy_arp) },
	{ IPV4_DEVCONF_ARP_IGNORE,      offsetof(struct devconf, arp_ignore) },
	{ IPV4_DEVCONF_ARP_ANNOUNCE,    offsetof(struct devconf, arp_announce) },
	{ IPV4_DEVCONF_ARPFILTER,       offsetof(struct devconf, arp_filter) },
	{ IPV4_DEVCONF_SRC_VMARK,       offsetof(struct devconf, src_valid_mark) },
	{ IPV4_DEVCONF_ACCEPT_REDIRECTS, offsetof(struct devconf, accept_redirects) },
	{ IPV4_DEVCONF_MEDIUM_ID,       offsetof(struct devconf, medium_id) },
};

/* … and in IFLA_INET6_CONF it is number 0. */
static const struct switch_place inet6_conf[] = {
	{ DEVCONF_FORWARDING,        offsetof(struct devconf6, forwarding) },
	{ DEVCONF6_FORCE_FORWARDING, offsetof(struct devconf6, force_forwarding) },
	{ DEVCONF_DISABLE_IPV6,      offsetof(struct devconf6, disable_ipv6) },
	{ DEVCONF_ACCEPT_RA,         offsetof(struct devconf6, accept_ra) },
	{ DEVCONF_PROXY_NDP,         offsetof(struct devconf6, proxy_ndp) },
	{ DEVCONF_USE_TEMPADDR,      offsetof(struct devconf6, use_tempaddr) },
};

static void read_switches(struct nlspan conf, const struct switch_place *places, size_t n,
			  unsigned int first, void *ret)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = (places[i].number - first) * sizeof(int32_t);

		if (at + sizeof(int32_t) <= conf.n)
			memcpy((char *)ret + places[i].offset, (const char *)conf.p + at,
			       sizeof(int32_t));
	}
}

static int read_brport(struct nlspan data, struct brport *ret)
{
	/* what a kernel that does not know a switch does */
	*ret = (struct brport){
		.is_port = true, .learning = true, .flood = true, .mcast_flood = true,
		.bcast_flood = true,
	};
	return nlfield_read(brport_fields, data, ret);
}

static int read_mac(struct nlspan mac, struct link *l)
{
	if (mac.n > sizeof(l->mac))
		return -EBADMSG;
	if (mac.n > 0)
		memcpy(l->mac, mac.p, mac.n);
	l->mac_len = (uint8_t)mac.n;
	return 0;
}

static int read_details(struct link_message *m)
{
	struct link *l = &m->link;
	int r = read_mac(m->mac, l);

	if (r == 0 && streq(l->kind, "bridge"))
		r = nlfield_read(bridge_fields, m->data, m);
	if (r == 0 && (streq(l->kind, "macvlan") || streq(l->kind, "macvtap")))
		r = nlfield_read(macvlan_fields, m->data, m);
	if (r == 0 && streq(m->slave_kind, "bridge"))
		r = read_brport(m->slave_data, &l->brport);
	if (r < 0)
		return r;
	l->stp = m->stp_state != 0;
	l->xdp = m->xdp_attached != XDP_ATTACHED_NONE;
	read_switches(m->inet_conf, inet_conf, ARRAY_SIZE(inet_conf), 1, &l->inet);
	l->inet.known = m->inet_conf.n > 0;
	read_switches(m->inet6_conf, inet6_conf, ARRAY_SIZE(inet6_conf), 0, &l->inet6);
	l->inet6.known = m->inet6_conf.n > 0;
	return 0;
}

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	struct link_message m = { .link.peer_nsid = -1 };
	const struct ifinfomsg *ifi = nl_header(nlh, sizeof(*ifi));
	int r;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return 0;
	if (!ifi)
		return -EBADMSG;
	m.link.ifindex = ifi->ifi_index;
	m.link.flags = ifi->ifi_flags;
	m.link.type = ifi->ifi_type;
	r = nlfield_read(link_fields, nlfield_attrs(nlh, sizeof(*ifi)), &m);
	if (r == 0)
		r = read_details(&m);
	if (r < 0)
		return r;
	if (!inject_is_tap(&m.link))
		vec_push(&ns->links, m.link);
	return 0;
}

static int read_links(struct collecting *c)
{
	const struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_GETLINK, 0, &ifi, sizeof(ifi));

	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return collect_dump(c, COLLECT_LINK, c->route, nlh);
}

const struct collector collect_link = {
	.kind = COLLECT_LINK, .read = read_links, .parse = parse,
};
