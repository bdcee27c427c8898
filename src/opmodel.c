/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opmodel - what the kernel would do with an op, done to a snapshot
 *
 * Only effects that can decide a packet's way; where the kernel would refuse,
 * its -errno. What a snapshot cannot tell is taken for good (a cable that is
 * plugged in), so that the model does not invent the next fault.
 */
#include "opkind.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>

/* linux/if.h, which does not go together with net/if.h everywhere */
enum {
	OPERSTATE_DOWN = 2,
	OPERSTATE_LOWERLAYERDOWN = 3,
	OPERSTATE_UP = 6,
};
#define FLAG_LOWER_UP (1u << 16)

static struct ns *op_ns(struct snapshot *s, const struct op *op)
{
	return &s->ns.v[op->ns];
}

static struct link *link_of(struct ns *ns, int ifindex)
{
	return (struct link *)ns_link(ns, ifindex);
}

/* --- sysctl --------------------------------------------------------------- */

static const struct {
	const char *name;
	size_t offset;
} devconf_switches[] = {
	{ "forwarding", offsetof(struct devconf, forwarding) },
	{ "rp_filter", offsetof(struct devconf, rp_filter) },
	{ "accept_local", offsetof(struct devconf, accept_local) },
	{ "route_localnet", offsetof(struct devconf, route_localnet) },
	{ "proxy_arp", offsetof(struct devconf, proxy_arp) },
	{ "arp_ignore", offsetof(struct devconf, arp_ignore) },
	{ "arp_announce", offsetof(struct devconf, arp_announce) },
	{ "arp_filter", offsetof(struct devconf, arp_filter) },
	{ "src_valid_mark", offsetof(struct devconf, src_valid_mark) },
	{ "medium_id", offsetof(struct devconf, medium_id) },
};

static void devconf_set(struct devconf *conf, const char *name, int value)
{
	for (size_t i = 0; i < ARRAY_SIZE(devconf_switches); i++)
		if (streq(name, devconf_switches[i].name))
			*(int *)((char *)conf + devconf_switches[i].offset) = value;
}

/* inet_forward_change() in net/ipv4/devinet.c: the switch of all writes every interface's. */
static void forward_change(struct ns *ns, int value)
{
	ns->all.forwarding = value;
	vec_each(l, &ns->links)
		l->inet.forwarding = value;
}

/* "all.rp_filter", "eth0/100.forwarding": the interface's name and the switch */
static int interface_of(const char *rest, char ret_name[IFNAMSIZ], const char **ret_leaf)
{
	const char *dot = strrchr(rest, '.');

	if (!dot || dot - rest >= IFNAMSIZ)
		return -ENOENT;
	str_copy(ret_name, (size_t)(dot - rest) + 1, rest);
	for (char *c = ret_name; *c; c++)
		if (*c == '/')
			*c = '.';
	*ret_leaf = dot + 1;
	return 0;
}

static int devconf_sysctl(struct ns *ns, const char *rest, int value)
{
	char name[IFNAMSIZ];
	const char *leaf;
	int r = interface_of(rest, name, &leaf);
	struct link *l;

	if (r < 0 || streq(name, "default"))
		return r;
	if (streq(name, "all")) {
		if (streq(leaf, "forwarding"))
			forward_change(ns, value);
		else
			devconf_set(&ns->all, leaf, value);
		return 0;
	}
	l = (struct link *)ns_link_by_name(ns, name);
	if (!l)
		return -ENOENT;
	devconf_set(&l->inet, leaf, value);
	return 0;
}

/*
 * addrconf_fixup_forwarding() in net/ipv6/addrconf.c: the switch of all writes every interface's, and a router forgets
 * the default routes that were advertised to it.
 */
static void forward_change6(struct ns *ns, int value)
{
	ns->all6.forwarding = value;
	vec_each(l, &ns->links)
		l->inet6.forwarding = value;
	for (size_t i = value ? ns->routes.n : 0; i-- > 0;) {
		const struct route *r = &ns->routes.v[i];
		const struct link *l = ns_link(ns, r->nh.oif);

		if (r->dst.addr.family == AF_INET6 && r->dst.len == 0 && r->protocol == RTPROT_RA &&
		    !(l && l->inet6.accept_ra == 2))
			vec_remove(&ns->routes, i);
	}
}

static const struct {
	const char *name;
	size_t offset;
} devconf6_switches[] = {
	{ "force_forwarding", offsetof(struct devconf6, force_forwarding) },
	{ "forwarding", offsetof(struct devconf6, forwarding) },
	{ "disable_ipv6", offsetof(struct devconf6, disable_ipv6) },
	{ "accept_ra", offsetof(struct devconf6, accept_ra) },
	{ "proxy_ndp", offsetof(struct devconf6, proxy_ndp) },
};

static int devconf6_sysctl(struct ns *ns, const char *rest, int value)
{
	char name[IFNAMSIZ];
	struct devconf6 *conf;
	const char *leaf;
	int r = interface_of(rest, name, &leaf);
	struct link *l;

	if (r < 0 || streq(name, "default"))
		return r;
	if (streq(name, "all") && streq(leaf, "forwarding")) {
		forward_change6(ns, value);
		return 0;
	}
	l = streq(name, "all") ? NULL : (struct link *)ns_link_by_name(ns, name);
	if (!l && !streq(name, "all"))
		return -ENOENT;
	conf = l ? &l->inet6 : &ns->all6;
	for (size_t i = 0; i < ARRAY_SIZE(devconf6_switches); i++)
		if (streq(leaf, devconf6_switches[i].name))
			*(int *)((char *)conf + devconf6_switches[i].offset) = value;
	return 0;
}

static const char ip_forward[] = "net.ipv4.ip_forward", conf4_prefix[] = "net.ipv4.conf.",
		  conf6_prefix[] = "net.ipv6.conf.";

static const struct {
	const char *name;
	size_t offset;
} ns_switches[] = {
	{ "net.bridge.bridge-nf-call-iptables", offsetof(struct ns, bridge_nf_call_iptables) },
	{ "net.bridge.bridge-nf-call-ip6tables", offsetof(struct ns, bridge_nf_call_ip6tables) },
	{ "net.ipv4.icmp_echo_ignore_all", offsetof(struct ns, icmp_echo_ignore_all) },
	{ "net.ipv6.icmp.echo_ignore_all", offsetof(struct ns, icmp6_echo_ignore_all) },
};

int model_sysctl(struct snapshot *s, const struct op *op)
{
	struct ns *ns = op_ns(s, op);

	if (str_starts(op->sysctl, conf4_prefix))
		return devconf_sysctl(ns, op->sysctl + strlen(conf4_prefix), op->value);
	if (str_starts(op->sysctl, conf6_prefix))
		return devconf6_sysctl(ns, op->sysctl + strlen(conf6_prefix), op->value);
	if (streq(op->sysctl, ip_forward))
		forward_change(ns, op->value);
	for (size_t i = 0; i < ARRAY_SIZE(ns_switches); i++)
		if (streq(op->sysctl, ns_switches[i].name))
			*(int *)((char *)ns + ns_switches[i].offset) = op->value;
	return 0;
}

bool model_has_sysctl(const char *name)
{
	const char *leaf = strrchr(name, '.');

	if (streq(name, ip_forward))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(ns_switches); i++)
		if (streq(name, ns_switches[i].name))
			return true;
	for (size_t i = 0; leaf && str_starts(name, conf4_prefix) && i < ARRAY_SIZE(devconf_switches); i++)
		if (streq(leaf + 1, devconf_switches[i].name))
			return true;
	for (size_t i = 0; leaf && str_starts(name, conf6_prefix) && i < ARRAY_SIZE(devconf6_switches); i++)
		if (streq(leaf + 1, devconf6_switches[i].name))
			return true;
	return false;
}

/* --- routes that the kernel makes ----------------------------------------- */

bool op_rival_route(const struct route *a, const struct route *b)
{
	return a->table == b->table && a->tos == b->tos && a->priority == b->priority &&
	       prefix_eq(&a->dst, &b->dst);
}

bool op_same_route(const struct route *a, const struct route *b)
{
	return op_rival_route(a, b) && a->type == b->type && a->nh.oif == b->nh.oif &&
	       addr_eq(&a->nh.gateway, &b->nh.gateway);
}

static bool have_route(const struct ns *ns, const struct route *r)
{
	vec_each(have, &ns->routes)
		if (op_rival_route(have, r) && have->type == r->type && have->nh.oif == r->nh.oif)
			return true;
	return false;
}

static void want_route(struct ns *ns, const struct route *r)
{
	if (!have_route(ns, r))
		vec_push(&ns->routes, *r);
}

static struct addr broadcast_of(const struct prefix *p)
{
	struct addr a = p->addr;

	for (unsigned int bit = p->len; bit < 32; bit++)
		a.b[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return a;
}

static bool same_network(const struct iface_addr *a, const struct iface_addr *b)
{
	struct prefix na = prefix_network(&a->prefix), nb = prefix_network(&b->prefix);

	return a->ifindex == b->ifindex && prefix_eq(&na, &nb);
}

/* The first address of the network on that interface: itself, or whose secondary it is. */
static const struct iface_addr *primary_of(const struct ns *ns, const struct iface_addr *a)
{
	if (a->flags & IFA_F_SECONDARY)
		vec_each(other, &ns->addrs)
			if (!(other->flags & IFA_F_SECONDARY) && same_network(a, other))
				return other;
	return a;
}

/* The address's own entry in the local table; the kernel has it while the link is down, too. */
static void want_local_route(struct ns *ns, const struct iface_addr *a)
{
	bool v4 = a->prefix.addr.family == AF_INET;
	struct route r = {
		.dst = prefix_host(&a->prefix.addr),
		.table = RT_TABLE_LOCAL,
		.type = RTN_LOCAL,
		.protocol = RTPROT_KERNEL,
		.scope = v4 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE,
		.nh.oif = a->ifindex,
		.nexthops = 1,
		.raw = SIZE_MAX,
	};

	if (v4)
		r.prefsrc = primary_of(ns, a)->prefix.addr;
	want_route(ns, &r);
}

static void want_broadcast_route(struct ns *ns, const struct iface_addr *a)
{
	struct addr broadcast = broadcast_of(&a->prefix);
	struct route r = {
		.dst = prefix_host(&broadcast),
		.table = RT_TABLE_LOCAL,
		.type = RTN_BROADCAST,
		.protocol = RTPROT_KERNEL,
		.scope = RT_SCOPE_LINK,
		.prefsrc = a->prefix.addr,
		.nh.oif = a->ifindex,
		.nexthops = 1,
		.raw = SIZE_MAX,
	};

	want_route(ns, &r);
}

static void want_connected_route(struct ns *ns, const struct iface_addr *a, bool carrier)
{
	bool v4 = a->prefix.addr.family == AF_INET;
	struct route r = {
		.dst = prefix_network(&a->prefix),
		.table = RT_TABLE_MAIN,
		.priority = v4 ? 0 : 256, /* IP6_RT_PRIO_ADDRCONF */
		.type = RTN_UNICAST,
		.protocol = RTPROT_KERNEL,
		.scope = v4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.nh = { .oif = a->ifindex, .flags = carrier ? 0 : RTNH_F_LINKDOWN },
		.nexthops = 1,
		.raw = SIZE_MAX,
	};

	if (v4)
		r.prefsrc = a->prefix.addr;
	want_route(ns, &r);
}

/* fib_add_ifaddr() in net/ipv4/fib_frontend.c */
static void address_routes(struct ns *ns, const struct link *l, const struct iface_addr *a)
{
	bool v4 = a->prefix.addr.family == AF_INET;
	bool whole = a->prefix.len == addr_len(a->prefix.addr.family) * 8;

	want_local_route(ns, a);
	if (!(l->flags & IFF_UP) || (v4 && (a->flags & IFA_F_SECONDARY)))
		return;
	if (!(a->flags & IFA_F_NOPREFIXROUTE) && !(v4 && whole))
		want_connected_route(ns, a, l->carrier);
	if (v4 && a->prefix.len < 31)
		want_broadcast_route(ns, a);
}

static void link_routes(struct ns *ns, const struct link *l)
{
	vec_each(a, &ns->addrs)
		if (a->ifindex == l->ifindex)
			address_routes(ns, l, a);
	vec_each(r, &ns->routes) {
		if (r->nh.oif != l->ifindex)
			continue;
		r->nh.flags &= (uint8_t)~(RTNH_F_DEAD | RTNH_F_LINKDOWN);
		if (!l->carrier)
			r->nh.flags |= RTNH_F_LINKDOWN;
	}
}

/* --- carriers and bridge ports -------------------------------------------- */

static void set_carrier(struct snapshot *s, int ns, int ifindex, bool carrier);

static bool is_bridge(const struct link *l)
{
	return l && streq(l->kind, "bridge");
}

/* A bridge has a carrier while one of its ports forwards (br_port_state_selection()). */
static void bridge_carrier(struct snapshot *s, int ns, int bridge)
{
	bool alive = false;

	vec_each(l, &s->ns.v[ns].links)
		if (l->master == bridge && l->brport.state == BR_STATE_FORWARDING)
			alive = true;
	set_carrier(s, ns, bridge, alive);
}

/*
 * br_port_carrier_check(): a port that comes or goes is enabled or disabled, else its state
 * is left alone.
 */
static void settle_port(struct snapshot *s, int ns, struct link *port)
{
	const struct link *bridge = link_of(&s->ns.v[ns], port->master);
	bool up = port->carrier && (port->flags & IFF_UP);

	/* a bridge is no port of another (br_add_if()) */
	if (!port->brport.is_port || !is_bridge(bridge) || is_bridge(port))
		return;
	if (!up || !(bridge->flags & IFF_UP))
		port->brport.state = BR_STATE_DISABLED;
	else if (port->brport.state == BR_STATE_DISABLED)
		port->brport.state = BR_STATE_FORWARDING;
	bridge_carrier(s, ns, bridge->ifindex);
}

static void set_carrier(struct snapshot *s, int ns, int ifindex, bool carrier)
{
	struct link *l = link_of(&s->ns.v[ns], ifindex);

	if (!l || !(l->flags & IFF_UP) || l->carrier == carrier)
		return;
	l->carrier = carrier;
	l->operstate = carrier ? OPERSTATE_UP : OPERSTATE_LOWERLAYERDOWN;
	if (carrier)
		l->flags |= IFF_RUNNING | FLAG_LOWER_UP;
	else
		l->flags &= ~(uint32_t)(IFF_RUNNING | FLAG_LOWER_UP);
	link_routes(&s->ns.v[ns], l);
	settle_port(s, ns, l);
}

/*
 * A veth has a carrier while both ends are up; a bridge by its ports; of others nothing is
 * known.
 */
static void come_up(struct snapshot *s, int ns, struct link *l)
{
	const struct link *peer = NULL;
	int peer_ns, peer_index;

	if (snapshot_peer(s, ns, l->ifindex, &peer_ns, &peer_index))
		peer = link_of(&s->ns.v[peer_ns], peer_index);
	if (is_bridge(l)) {
		l->carrier = false;
		vec_each(port, &s->ns.v[ns].links)
			if (port->master == l->ifindex)
				settle_port(s, ns, port);
		return;
	}
	l->carrier = false;
	set_carrier(s, ns, l->ifindex, !peer || (peer->flags & IFF_UP));
	if (peer && (peer->flags & IFF_UP))
		set_carrier(s, peer_ns, peer_index, true);
}

int model_link_up(struct snapshot *s, const struct op *op)
{
	struct link *l = link_of(op_ns(s, op), op->ifindex);

	if (!l)
		return -ENODEV;
	if (l->flags & IFF_UP)
		return 0;
	l->flags |= IFF_UP;
	l->operstate = OPERSTATE_DOWN;
	come_up(s, op->ns, l);
	link_routes(op_ns(s, op), l);
	return 0;
}

/*
 * What goes with an interface: its routes, but for those of IPv4 to its own addresses (fib_sync_down_dev()), and its
 * addresses of IPv6 (addrconf_ifdown()).
 */
static void drop_routes(struct ns *ns, int ifindex)
{
	for (size_t i = ns->routes.n; i-- > 0;) {
		const struct route *r = &ns->routes.v[i];

		if (r->nh.oif == ifindex && (r->type != RTN_LOCAL || r->dst.addr.family == AF_INET6))
			vec_remove(&ns->routes, i);
	}
	for (size_t i = ns->addrs.n; i-- > 0;)
		if (ns->addrs.v[i].ifindex == ifindex && ns->addrs.v[i].prefix.addr.family == AF_INET6)
			vec_remove(&ns->addrs, i);
}

int model_link_down(struct snapshot *s, const struct op *op)
{
	struct link *l = link_of(op_ns(s, op), op->ifindex);
	int peer_ns, peer_index;

	if (!l)
		return -ENODEV;
	if (!(l->flags & IFF_UP))
		return 0;
	set_carrier(s, op->ns, op->ifindex, false);
	l->flags &= ~(uint32_t)IFF_UP;
	l->operstate = OPERSTATE_DOWN;
	settle_port(s, op->ns, l);
	drop_routes(op_ns(s, op), op->ifindex);
	if (snapshot_peer(s, op->ns, op->ifindex, &peer_ns, &peer_index))
		set_carrier(s, peer_ns, peer_index, false);
	/* a bridge that is down forwards nothing */
	if (is_bridge(l))
		vec_each(port, &op_ns(s, op)->links)
			if (port->master == l->ifindex)
				settle_port(s, op->ns, port);
	return 0;
}

int model_link_arp(struct snapshot *s, const struct op *op)
{
	struct ns *ns = op_ns(s, op);
	struct link *l = link_of(ns, op->ifindex);

	if (!l)
		return -ENODEV;
	l->flags &= ~(uint32_t)IFF_NOARP;
	/* arp_netdev_event(): what was resolved without ARP is forgotten */
	for (size_t i = ns->neighs.n; i-- > 0;)
		if (ns->neighs.v[i].ifindex == op->ifindex)
			vec_remove(&ns->neighs, i);
	return 0;
}

/*
 * br_mtu_auto_adjust(): a bridge follows its smallest port until somebody sets it; equal
 * means that nobody did.
 */
static uint32_t smallest_port(const struct ns *ns, int bridge)
{
	uint32_t mtu = 0;

	vec_each(l, &ns->links)
		if (l->master == bridge && (mtu == 0 || l->mtu < mtu))
			mtu = l->mtu;
	return mtu;
}

static void leave_master(struct snapshot *s, int ns, struct link *l)
{
	int old = l->master;

	l->master = 0;
	l->brport = (struct brport){ 0 };
	if (is_bridge(link_of(&s->ns.v[ns], old)))
		bridge_carrier(s, ns, old);
}

int model_link_master(struct snapshot *s, const struct op *op)
{
	struct ns *ns = op_ns(s, op);
	struct link *l = link_of(ns, op->ifindex), *bridge = link_of(ns, op->value);

	if (!l || (op->value && !bridge))
		return -ENODEV;
	if (bridge && (!is_bridge(bridge) || bridge == l))
		return -EINVAL;
	leave_master(s, op->ns, l);
	if (!bridge)
		return 0;
	l->master = bridge->ifindex;
	l->brport = (struct brport){
		.is_port = true, .learning = true, .flood = true, .mcast_flood = true, .bcast_flood = true,
	};
	settle_port(s, op->ns, l);
	return 0;
}

int model_link_mtu(struct snapshot *s, const struct op *op)
{
	struct ns *ns = op_ns(s, op);
	struct link *l = link_of(ns, op->ifindex), *bridge;
	bool follows;

	if (!l)
		return -ENODEV;
	if (op->value < 68) /* ETH_MIN_MTU */
		return -EINVAL;
	bridge = link_of(ns, l->master);
	follows = is_bridge(bridge) && bridge->mtu == smallest_port(ns, bridge->ifindex);
	l->mtu = (uint32_t)op->value;
	if (follows)
		bridge->mtu = smallest_port(ns, bridge->ifindex);
	return 0;
}

int model_port_state(struct snapshot *s, const struct op *op)
{
	struct link *l = link_of(op_ns(s, op), op->ifindex);

	if (!l)
		return -ENODEV;
	if (!l->brport.is_port)
		return -EINVAL;
	/* br_set_port_state() */
	if (op->value != BR_STATE_DISABLED && !((l->flags & IFF_UP) && l->carrier))
		return -ENETDOWN;
	l->brport.state = (uint8_t)op->value;
	bridge_carrier(s, op->ns, l->master);
	return 0;
}

int model_port_isolated(struct snapshot *s, const struct op *op)
{
	struct link *l = link_of(op_ns(s, op), op->ifindex);

	if (!l)
		return -ENODEV;
	if (!l->brport.is_port)
		return -EINVAL;
	l->brport.isolated = op->value != 0;
	return 0;
}

const struct port_flag *port_flag_find(const char *name)
{
	static const struct port_flag flags[] = {
		{ "locked", BRPORT_LOCKED, offsetof(struct brport, locked) },
		{ "flood", IFLA_BRPORT_UNICAST_FLOOD, offsetof(struct brport, flood) },
		{ "mcast_flood", IFLA_BRPORT_MCAST_FLOOD, offsetof(struct brport, mcast_flood) },
		{ "bcast_flood", IFLA_BRPORT_BCAST_FLOOD, offsetof(struct brport, bcast_flood) },
		{ "hairpin", IFLA_BRPORT_MODE, offsetof(struct brport, hairpin) },
	};

	for (size_t i = 0; name && i < ARRAY_SIZE(flags); i++)
		if (streq(name, flags[i].name))
			return &flags[i];
	return NULL;
}

bool port_flag_get(const struct port_flag *f, const struct brport *p)
{
	return *(const bool *)((const char *)p + f->offset);
}

int model_port_flag(struct snapshot *s, const struct op *op)
{
	struct link *l = link_of(op_ns(s, op), op->ifindex);
	const struct port_flag *f = port_flag_find(op->flag);

	if (!l)
		return -ENODEV;
	if (!l->brport.is_port || !f)
		return -EINVAL;
	*(bool *)((char *)&l->brport + f->offset) = op->value != 0;
	return 0;
}

int model_fdb_del(struct snapshot *s, const struct op *op)
{
	struct ns *ns = op_ns(s, op);

	for (size_t i = 0; i < ns->fdb.n; i++) {
		if (ns->fdb.v[i].port == op->ifindex && !ns->fdb.v[i].vlan &&
		    memcmp(ns->fdb.v[i].mac, op->neigh.mac, sizeof(ns->fdb.v[i].mac)) == 0) {
			vec_remove(&ns->fdb, i);
			return 0;
		}
	}
	return -ENOENT;
}

/* --- addresses, routes, rules, neighbours --------------------------------- */

int model_addr_add(struct snapshot *s, const struct op *op)
{
	struct ns *ns = op_ns(s, op);
	const struct link *l = ns_link(ns, op->ifindex);
	struct iface_addr new = {
		.ifindex = op->ifindex,
		.prefix = op->prefix,
		.scope = RT_SCOPE_UNIVERSE,
		.flags = IFA_F_PERMANENT,
	};

	if (!l)
		return -ENODEV;
	vec_each(a, &ns->addrs) {
		if (!same_network(a, &new))
			continue;
		if (prefix_eq(&a->prefix, &op->prefix))
			return -EEXIST;
		if (new.prefix.addr.family == AF_INET)
			new.flags |= IFA_F_SECONDARY;
	}
	vec_push(&ns->addrs, new);
	address_routes(ns, l, &new);
	return 0;
}

static bool has_ipv4(const struct ns *ns, int ifindex)
{
	vec_each(a, &ns->addrs)
		if (a->ifindex == ifindex && a->prefix.addr.family == AF_INET)
			return true;
	return false;
}

/*
 * fib_del_ifaddr() and fib_inetaddr_event(): the address's own routes go, those of its network where no other address
 * is in it, and all of IPv4 with the interface's last address.
 */
static void forget_address(struct ns *ns, const struct op *op, bool network_stays)
{
	struct prefix network = prefix_network(&op->prefix);
	bool last = op->prefix.addr.family == AF_INET && !has_ipv4(ns, op->ifindex);

	for (size_t i = ns->routes.n; i-- > 0;) {
		const struct route *r = &ns->routes.v[i];
		bool own = r->type == RTN_LOCAL && addr_eq(&r->dst.addr, &op->prefix.addr);
		bool connected = r->protocol == RTPROT_KERNEL && prefix_eq(&r->dst, &network) && !network_stays;

		if (r->nh.oif == op->ifindex &&
		    (own || connected || addr_eq(&r->prefsrc, &op->prefix.addr) ||
		     (last && r->dst.addr.family == AF_INET)))
			vec_remove(&ns->routes, i);
	}
}

int model_addr_del(struct snapshot *s, const struct op *op)
{
	const struct iface_addr gone = { .ifindex = op->ifindex, .prefix = op->prefix };
	struct ns *ns = op_ns(s, op);
	bool found = false, network_stays = false;

	for (size_t i = ns->addrs.n; i-- > 0;) {
		const struct iface_addr *a = &ns->addrs.v[i];

		if (!same_network(a, &gone))
			continue;
		if (!prefix_eq(&a->prefix, &op->prefix)) {
			network_stays = true;
			continue;
		}
		vec_remove(&ns->addrs, i);
		found = true;
	}
	if (!found)
		return -EADDRNOTAVAIL;
	forget_address(ns, op, network_stays);
	return 0;
}

/* The entry by which a gateway is on link (fib_check_nh()): only routes of link scope count. */
static const struct route *onlink_route(const struct ns *ns, const struct addr *gateway)
{
	const struct route *best = NULL;

	vec_each(r, &ns->routes) {
		bool v4 = r->dst.addr.family == AF_INET;

		if (r->type != RTN_UNICAST || addr_is_set(&r->nh.gateway) ||
		    (v4 && r->scope < RT_SCOPE_LINK) || !prefix_has(&r->dst, gateway))
			continue;
		if (!best || r->dst.len > best->dst.len)
			best = r;
	}
	return best;
}

static int check_gateway(const struct ns *ns, struct route *r)
{
	const struct route *way;

	if (ns_is_local(ns, &r->nh.gateway))
		return -EINVAL;
	/* a link-local next hop is on the link that it is given with */
	if (r->nh.oif && addr_is_linklocal(&r->nh.gateway) && r->nh.gateway.family == AF_INET6)
		return 0;
	if (r->nh.oif && (r->nh.flags & RTNH_F_ONLINK))
		return 0;
	way = onlink_route(ns, &r->nh.gateway);
	if (!way || (r->nh.oif && way->nh.oif != r->nh.oif))
		return -ENETUNREACH;
	r->nh.oif = way->nh.oif;
	return 0;
}

/* fib_create_info() */
static int check_nexthop(const struct ns *ns, struct route *r)
{
	const struct link *l;
	int err;

	if (r->type != RTN_UNICAST)
		return 0;
	if (addr_is_set(&r->nh.gateway)) {
		err = check_gateway(ns, r);
		if (err < 0)
			return err;
	}
	l = ns_link(ns, r->nh.oif);
	if (!l)
		return -ENODEV;
	if (!(l->flags & IFF_UP))
		return -ENETDOWN;
	r->nh.flags &= RTNH_F_ONLINK;
	if (!l->carrier)
		r->nh.flags |= RTNH_F_LINKDOWN;
	return 0;
}

int model_route_add(struct snapshot *s, const struct op *op)
{
	struct ns *ns = op_ns(s, op);
	struct route r = op->route;
	int err;

	r.raw = SIZE_MAX;
	r.nexthops = 1;
	if (r.type == RTN_UNSPEC)
		r.type = RTN_UNICAST;
	if (r.table == RT_TABLE_UNSPEC)
		r.table = RT_TABLE_MAIN;
	if (r.protocol == RTPROT_UNSPEC)
		r.protocol = RTPROT_BOOT;
	if (r.type == RTN_UNICAST && !addr_is_set(&r.nh.gateway) && r.dst.addr.family == AF_INET)
		r.scope = RT_SCOPE_LINK;
	if (r.dst.addr.family == AF_INET6 && r.priority == 0)
		r.priority = 1024; /* IP6_RT_PRIO_USER */
	err = check_nexthop(ns, &r);
	if (err < 0)
		return err;
	vec_each(have, &ns->routes)
		if (op_rival_route(have, &r))
			return -EEXIST;
	vec_push(&ns->routes, r);
	return 0;
}

int model_route_del(struct snapshot *s, const struct op *op)
{
	const struct route *r = &op->route;
	struct ns *ns = op_ns(s, op);

	for (size_t i = 0; i < ns->routes.n; i++) {
		if (op_same_route(&ns->routes.v[i], r)) {
			vec_remove(&ns->routes, i);
			return 0;
		}
	}
	return -ESRCH;
}

bool op_same_rule(const struct fib_rule *a, const struct fib_rule *b)
{
	return a->family == b->family && a->priority == b->priority && a->action == b->action &&
	       a->table == b->table && a->target == b->target &&
	       a->invert == b->invert && a->tos == b->tos &&
	       a->mark == b->mark && a->mask == b->mask && prefix_eq(&a->src, &b->src) &&
	       prefix_eq(&a->dst, &b->dst) && streq(a->iif, b->iif) && streq(a->oif, b->oif) &&
	       a->ip_proto == b->ip_proto && a->sport_min == b->sport_min &&
	       a->dport_min == b->dport_min && a->has_uid == b->has_uid && a->uid_min == b->uid_min;
}

int model_rule_del(struct snapshot *s, const struct op *op)
{
	struct ns *ns = op_ns(s, op);

	for (size_t i = 0; i < ns->rules.n; i++) {
		if (op_same_rule(&ns->rules.v[i], &op->rule)) {
			vec_remove(&ns->rules, i);
			return 0;
		}
	}
	return -ENOENT;
}

int model_neigh_del(struct snapshot *s, const struct op *op)
{
	struct ns *ns = op_ns(s, op);

	for (size_t i = 0; i < ns->neighs.n; i++) {
		const struct neigh *n = &ns->neighs.v[i];

		if (n->ifindex == op->ifindex && addr_eq(&n->addr, &op->neigh.addr)) {
			vec_remove(&ns->neighs, i);
			return 0;
		}
	}
	return -ENOENT;
}

/* Conntrack entries are not part of the model. */
int model_nothing(struct snapshot *s, const struct op *op)
{
	return 0;
}
