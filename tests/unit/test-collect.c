/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parsers, on what a kernel said (the seeds of fuzz-netlink: the number of
 * the kind, then messages) and on messages built here.
 */
#include "unit.h"

#include <errno.h>
#include <netinet/in.h>

#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/fib_rules.h>
#include <linux/gen_stats.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/neighbour.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/xfrm.h>
#include <stdio.h>

#include "collect.h"
#include "collect/collector.h"
#include "firewall.h"
#include "nftcheck.h"
#include "nl.h"

/* --- what a kernel said --------------------------------------------------------- */

static size_t load(struct snapshot *s, const char *name, void **ret)
{
	const char *srcdir = getenv("srcdir");
	_cleanup_(freep) char *path =
		xasprintf("%s/tests/fuzz/fuzz-netlink/%s", srcdir ? srcdir : ".", name);
	FILE *f = fopen(path, "r");
	size_t size;

	if (!f)
		fail_msg("no %s", path);
	*ret = xcalloc(1, 65536);
	snapshot_own_block(s, *ret);
	size = fread(*ret, 1, 65535, f);
	fclose(f);
	return size;
}

/* A namespace filled from one recording. */
static struct ns *recorded(struct snapshot *s, const char *name)
{
	const struct nlmsghdr *nlh;
	size_t pos = 0, size;
	uint32_t kind;
	void *bytes;
	struct ns *ns;

	snapshot_add(s, "host", 4026531840);
	snapshot_add(s, "web", 4026531841);
	snapshot_add(s, "out", 4026531842);
	ns = &s->ns.v[0];
	size = load(s, name, &bytes);
	memcpy(&kind, bytes, sizeof(kind));
	while ((nlh = nl_next((char *)bytes + 4, size - 4, &pos)))
		assert_int_equal(collect_take(s, ns, kind, nlh), 0);
	assert_int_equal(pos, size - 4);
	assert_int_equal(ns->error[kind], 0);
	return ns;
}

static void recorded_links(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	const struct ns *ns = recorded(s, "link");
	const struct link *br = ns_link_by_name(ns, "br0"), *port = ns_link_by_name(ns, "veth0");
	const struct link *up = ns_link_by_name(ns, "uplink"), *lo = ns_link_by_name(ns, "lo");

	assert_int_equal(ns->links.n, 4);
	assert_true(br && port && up && lo);
	assert_string_equal(br->kind, "bridge");
	assert_true(br->stp);
	assert_false(br->brport.is_port);
	assert_int_equal(br->inet.rp_filter, 2);
	assert_int_equal(br->inet.proxy_arp, 1);
	assert_int_equal(br->inet.forwarding, 1);

	assert_string_equal(port->kind, "veth");
	assert_int_equal(port->master, br->ifindex);
	assert_true(port->brport.is_port);
	assert_true(port->brport.isolated);
	assert_true(port->brport.hairpin);
	assert_false(port->brport.learning);
	assert_false(port->brport.flood);
	assert_true(port->brport.bcast_flood);
	assert_false(port->brport.locked);
	assert_true(port->peer > 0);
	assert_true(port->peer_nsid >= 0);

	assert_int_equal(up->mtu, 1400);
	assert_true(up->flags & IFF_UP);
	assert_true(up->carrier);
	assert_int_equal(up->operstate, 6); /* IF_OPER_UP; linux/if.h does not go with net/if.h */
	assert_int_equal(up->mac_len, 6);
	assert_int_equal(up->inet.arp_ignore, 1);
	assert_int_equal(up->inet.medium_id, 3);
	assert_false(up->xdp);
	assert_int_not_equal(up->peer_nsid, port->peer_nsid);

	assert_string_equal(lo->kind, "");
	assert_int_equal(lo->peer, 0);
	assert_int_equal(lo->peer_nsid, -1);
	assert_int_equal(lo->mtu, 65536);
}

static void recorded_addresses(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	const struct ns *ns = recorded(s, "addr");
	struct addr own, peer;

	addr_parse("198.51.100.1", &own);
	addr_parse("198.51.100.2", &peer);
	assert_int_equal(ns->addrs.n, 5);
	/* our side of a point-to-point address, not the other one */
	assert_int_equal(ns_addr(ns, &own)->prefix.len, 32);
	assert_null(ns_addr(ns, &peer));
	addr_parse("192.168.0.1", &own);
	assert_string_equal(prefix_text(&ns_addr(ns, &own)->prefix).s, "192.168.0.1/16");
	assert_int_equal(ns_addr(ns, &own)->scope, RT_SCOPE_UNIVERSE);
	addr_parse("2001:db8::1", &own);
	assert_int_equal(ns_addr(ns, &own)->prefix.len, 64);
}

/* The route to a prefix in a table. */
static const struct route *route_to(const struct ns *ns, const char *dst, uint8_t len,
				    uint32_t table)
{
	struct prefix p = { .len = len };

	addr_parse(dst, &p.addr);
	vec_each(r, &ns->routes)
		if (prefix_eq(&r->dst, &p) && r->table == table)
			return r;
	fail_msg("no route to %s", dst);
	return NULL;
}

static void recorded_routes(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	const struct ns *ns = recorded(s, "route");
	const struct route *r = route_to(ns, "0.0.0.0", 0, RT_TABLE_MAIN);

	assert_string_equal(addr_text(&r->nh.gateway).s, "198.51.100.2");
	assert_int_equal(r->mtu, 1300);
	assert_int_equal(r->nexthops, 1);
	assert_int_equal(r->type, RTN_UNICAST);
	assert_int_equal(r->protocol, RTPROT_BOOT);

	r = route_to(ns, "203.0.113.0", 24, RT_TABLE_MAIN);
	assert_int_equal(r->nexthops, 2);
	assert_string_equal(addr_text(&r->nh.gateway).s, "198.51.100.2");
	assert_int_equal(r->priority, 50);
	assert_true(r->nh.oif > 0);

	r = route_to(ns, "203.0.114.0", 24, RT_TABLE_MAIN);
	assert_string_equal(addr_text(&r->nh.gateway).s, "fe80::7");

	r = route_to(ns, "10.9.0.0", 16, 1000);
	assert_int_equal(r->type, RTN_BLACKHOLE);
	assert_int_equal(r->nh.oif, 0);

	r = route_to(ns, "192.168.0.0", 16, RT_TABLE_MAIN);
	assert_string_equal(addr_text(&r->prefsrc).s, "192.168.0.1");
	assert_false(addr_is_set(&r->nh.gateway));
	assert_int_equal(r->scope, RT_SCOPE_LINK);

	r = route_to(ns, "192.168.0.1", 32, RT_TABLE_LOCAL);
	assert_int_equal(r->type, RTN_LOCAL);

	r = route_to(ns, "2001:db8:1::", 48, RT_TABLE_MAIN);
	assert_string_equal(addr_text(&r->nh.gateway).s, "2001:db8::2");
	assert_string_equal(addr_text(&r->prefsrc).s, "2001:db8::1");
	assert_int_equal(r->priority, 1024);

	vec_each(i, &ns->routes) {
		assert_true(i->raw < ns->raw.n);
		assert_int_equal(((struct nlmsghdr *)ns->raw.v[i->raw].msg)->nlmsg_type,
				 RTM_NEWROUTE);
		assert_int_equal(i->src.addr.family, i->dst.addr.family);
	}
}

static const struct fib_rule *rule_at(const struct ns *ns, uint8_t family, uint32_t priority)
{
	vec_each(r, &ns->rules)
		if (r->family == family && r->priority == priority)
			return r;
	fail_msg("no rule at %u", priority);
	return NULL;
}

static void recorded_rules(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	const struct ns *ns = recorded(s, "rule");
	const struct fib_rule *r = rule_at(ns, AF_INET, 100);

	assert_string_equal(prefix_text(&r->src).s, "192.168.0.0/16");
	assert_string_equal(prefix_text(&r->dst).s, "0.0.0.0/0");
	assert_int_equal(r->mark, 0x10);
	assert_int_equal(r->mask, 0xff);
	assert_string_equal(r->iif, "br0");
	assert_string_equal(r->oif, "");
	assert_int_equal(r->ip_proto, IPPROTO_TCP);
	assert_int_equal(r->sport_min, 1000);
	assert_int_equal(r->sport_max, 2000);
	assert_int_equal(r->dport_min, 80);
	assert_int_equal(r->dport_max, 80);
	assert_int_equal(r->table, 1000);
	assert_int_equal(r->action, FR_ACT_TO_TBL);
	assert_int_equal(r->suppress_prefixlen, -1);
	assert_false(r->invert);
	assert_false(r->has_uid);

	r = rule_at(ns, AF_INET, 200);
	assert_true(r->invert);
	assert_int_equal(r->suppress_prefixlen, 0);
	assert_string_equal(prefix_text(&r->dst).s, "203.0.113.0/24");

	r = rule_at(ns, AF_INET, 300);
	assert_int_equal(r->action, FR_ACT_GOTO);
	assert_int_equal(r->target, 32766);
	assert_true(r->has_uid);
	assert_int_equal(r->uid_max, 0);
	assert_string_equal(r->oif, "uplink");

	r = rule_at(ns, AF_INET, 400);
	assert_int_equal(r->action, FR_ACT_UNREACHABLE);
	assert_int_equal(r->tos, 0x10);
	assert_int_equal(rule_at(ns, AF_INET6, 100)->src.len, 64);
	assert_int_equal(rule_at(ns, AF_INET, 32766)->table, RT_TABLE_MAIN);
	assert_int_equal(rule_at(ns, AF_INET6, 0)->table, RT_TABLE_LOCAL);
}

static void recorded_neighbours(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	const struct ns *ns = recorded(s, "neigh");
	const struct neigh *n;
	struct addr a;

	addr_parse("192.168.0.2", &a);
	n = ns_neigh(ns, ns->neighs.v[0].ifindex, &a);
	for (int ifindex = 1; !n && ifindex < 16; ifindex++)
		n = ns_neigh(ns, ifindex, &a);
	assert_non_null(n);
	assert_int_equal(n->state, NUD_PERMANENT);
	assert_int_equal(n->mac_len, 6);
	assert_memory_equal(n->mac, "\x02\0\0\0\0\x02", 6);
	addr_parse("192.168.0.3", &a);
	assert_non_null(ns_neigh(ns, n->ifindex, &a));
	assert_int_equal(ns_neigh(ns, n->ifindex, &a)->state, NUD_FAILED);
	addr_parse("2001:db8::2", &a);
	assert_int_equal(ns_neigh(ns, n->ifindex, &a)->state, NUD_STALE);
}

static const struct listener *listener_at(const struct ns *ns, uint8_t proto, uint16_t port)
{
	vec_each(l, &ns->listeners)
		if (l->proto == proto && l->port == port)
			return l;
	return NULL;
}

static void recorded_listeners(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	const struct ns *ns = recorded(s, "sock");

	assert_string_equal(addr_text(&listener_at(ns, IPPROTO_TCP, 8080)->addr).s, "127.0.0.1");
	assert_string_equal(addr_text(&listener_at(ns, IPPROTO_TCP, 9090)->addr).s, "::");
	assert_false(listener_at(ns, IPPROTO_TCP, 9090)->v6only);
	assert_true(listener_at(ns, IPPROTO_TCP, 9091)->v6only);
	/* an IPv6 socket that hears one IPv4 address */
	assert_string_equal(addr_text(&listener_at(ns, IPPROTO_TCP, 9092)->addr).s, "127.0.0.1");
	assert_string_equal(addr_text(&listener_at(ns, IPPROTO_UDP, 53)->addr).s, "0.0.0.0");
	/* connected: hears nobody else */
	assert_null(listener_at(ns, IPPROTO_UDP, 54));
}

static void recorded_switches(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	const struct ns *ns = recorded(s, "sysctl");

	assert_true(ns->all.known);
	assert_int_equal(ns->all.forwarding, 1);
	assert_int_equal(ns->all.accept_local, 1);
	assert_int_equal(ns->all.arp_ignore, 0);
	assert_int_equal(ns->bridge_nf_call_iptables, 1);
	assert_int_equal(ns->icmp_echo_ignore_all, 0);
}

static void recorded_nsids_and_tables(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	_cleanup_(snapshot_freep) struct snapshot *t = snapshot_new();
	const struct ns *ns = recorded(s, "nsid");

	assert_int_equal(ns->nsids.n, 2);
	assert_int_equal(snapshot_nsid(s, 0, 0) + snapshot_nsid(s, 0, 1), 3);
	ns = recorded(t, "legacy");
	assert_int_equal(ns->legacy_tables.n, 1);
	assert_int_equal(ns->legacy_tables.v[0].family, AF_INET);
	assert_string_equal(ns->legacy_tables.v[0].name, "nat");
	assert_false(ns->legacy_tables.v[0].read);
}

static const struct nft_chain *chain_of(const struct ns *ns, const char *table, const char *name)
{
	vec_each(c, &ns->chains)
		if (streq(c->table, table) && streq(c->name, name))
			return c;
	fail_msg("no chain %s %s", table, name);
	return NULL;
}

static const struct nft_set *set_of(const struct ns *ns, const char *name)
{
	vec_each(set, &ns->sets)
		if (streq(set->name, name))
			return set;
	fail_msg("no set %s", name);
	return NULL;
}

static int count_one(struct nftnl_set_elem *e, void *arg)
{
	++*(int *)arg;
	return 0;
}

static int elements(const struct ns *ns, const char *name)
{
	int n = 0;

	nftnl_set_elem_foreach((struct nftnl_set *)set_of(ns, name)->ns, count_one, &n);
	return n;
}

static int count_expr(struct nftnl_expr *e, void *arg)
{
	++*(int *)arg;
	return 0;
}

static int expressions(const struct snapshot *s, const struct nft_rule *r)
{
	int n = 0;

	nftnl_expr_foreach((struct nftnl_rule *)nft_rule_code(s, r), count_expr, &n);
	return n;
}

static void recorded_ruleset(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	const struct ns *ns = recorded(s, "nft");
	const struct nft_chain *c = chain_of(ns, "fw", "forward");

	assert_int_equal(ns->tables.n, 5);
	assert_int_equal(c->family, NFPROTO_INET);
	assert_true(c->base);
	assert_int_equal(c->hook, NF_INET_FORWARD);
	assert_int_equal(c->prio, 0);
	assert_int_equal(c->policy, NF_DROP);
	assert_string_equal(c->type, "filter");
	assert_null(c->dev);
	assert_int_equal(c->rules.n, 10);
	/* ct load, bitwise, cmp, verdict */
	assert_int_equal(expressions(s, &c->rules.v[0]), 4);
	vec_each(chain, &ns->chains)
		for (size_t i = 0; i < chain->rules.n; i++) {
			assert_non_null(nft_rule_code(s, &chain->rules.v[i]));
			assert_true(i == 0 ||
				    chain->rules.v[i].handle > chain->rules.v[i - 1].handle);
		}

	c = chain_of(ns, "fw", "strangers");
	assert_false(c->base);
	assert_null(c->type);
	assert_int_equal(c->rules.n, 2);

	c = chain_of(ns, "early", "in");
	assert_int_equal(c->family, NFPROTO_NETDEV);
	assert_int_equal(c->prio, -500);
	assert_non_null(c->dev);
	assert_true(nft_chain_on(c, "br0"));
	assert_true(nft_chain_on(c, "uplink"));
	assert_false(nft_chain_on(c, "veth0"));

	c = chain_of(ns, "nat", "POSTROUTING");
	assert_int_equal(c->family, NFPROTO_IPV4);
	assert_string_equal(c->type, "nat");
	assert_int_equal(c->prio, 100);

	/* intervals have a beginning and an end each, and the sorted list one end more */
	assert_true(elements(ns, "friends") >= 4);
	assert_int_equal(elements(ns, "ports"), 2);
	assert_int_equal(elements(ns, "pairs"), 2);
	assert_int_equal(elements(ns, "unused"), 0);
	assert_int_equal(nftnl_set_get_u32(set_of(ns, "ports")->ns, NFTNL_SET_KEY_LEN), 2);
}

/* --- messages built here ------------------------------------------------------- */

struct built {
	struct snapshot *s;
	struct ns *ns;
	struct nl_buf b;
	struct nlmsghdr *nlh;
};

static void built_done(struct built *t)
{
	snapshot_free(t->s);
}

static void begin(struct built *t, uint16_t type, const void *header, size_t size)
{
	if (!t->s) {
		t->s = snapshot_new();
		snapshot_add(t->s, "host", 1);
		t->ns = &t->s->ns.v[0];
	}
	t->nlh = nl_put(&t->b, type, 0, header, size);
}

/* The message is copied: it must live as long as the snapshot. */
static int take(struct built *t, enum collect_kind kind)
{
	void *copy = xmemdup(t->nlh, NLMSG_ALIGN(t->nlh->nlmsg_len));

	snapshot_own_block(t->s, copy);
	t->ns->error[kind] = 0;
	return collect_take(t->s, t->ns, kind, copy);
}

static void a_link_of_a_newer_kernel_is_read(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	const struct ifinfomsg ifi = { .ifi_index = 3, .ifi_flags = IFF_UP };
	struct nlattr *info, *data, *spec, *inet;
	int32_t conf[60] = { [0] = 1, [7] = 2, [59] = 9 };

	begin(&t, RTM_NEWLINK, &ifi, sizeof(ifi));
	mnl_attr_put_strz(t.nlh, IFLA_IFNAME, "veth0");
	mnl_attr_put(t.nlh, 900, 11, "who knows..");
	info = mnl_attr_nest_start(t.nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(t.nlh, IFLA_INFO_KIND, "veth");
	mnl_attr_put_strz(t.nlh, IFLA_INFO_SLAVE_KIND, "bridge");
	data = mnl_attr_nest_start(t.nlh, IFLA_INFO_SLAVE_DATA);
	mnl_attr_put_u8(t.nlh, IFLA_BRPORT_STATE, 3);
	mnl_attr_put_u8(t.nlh, 39, 1); /* IFLA_BRPORT_LOCKED */
	mnl_attr_put(t.nlh, 200, 3, "abc");
	mnl_attr_nest_end(t.nlh, data);
	mnl_attr_nest_end(t.nlh, info);
	spec = mnl_attr_nest_start(t.nlh, IFLA_AF_SPEC);
	inet = mnl_attr_nest_start(t.nlh, AF_INET);
	mnl_attr_put(t.nlh, IFLA_INET_CONF, sizeof(conf), conf);
	mnl_attr_nest_end(t.nlh, inet);
	mnl_attr_nest_end(t.nlh, spec);

	assert_int_equal(take(&t, COLLECT_LINK), 0);
	assert_int_equal(t.ns->links.n, 1);
	assert_true(t.ns->links.v[0].brport.is_port);
	assert_true(t.ns->links.v[0].brport.locked);
	/* what the message does not say is as a kernel without the switch behaves */
	assert_true(t.ns->links.v[0].brport.learning);
	assert_true(t.ns->links.v[0].brport.flood);
	assert_int_equal(t.ns->links.v[0].inet.forwarding, 1);
	assert_int_equal(t.ns->links.v[0].inet.rp_filter, 2);
	assert_true(t.ns->links.v[0].inet.known);
}

static void an_older_kernels_switches_are_fewer(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	const struct ifinfomsg ifi = { .ifi_index = 3 };
	struct nlattr *spec, *inet;
	int32_t conf[2] = { 1, 1 };

	begin(&t, RTM_NEWLINK, &ifi, sizeof(ifi));
	spec = mnl_attr_nest_start(t.nlh, IFLA_AF_SPEC);
	inet = mnl_attr_nest_start(t.nlh, AF_INET);
	mnl_attr_put(t.nlh, IFLA_INET_CONF, sizeof(conf) - 1, conf);
	mnl_attr_nest_end(t.nlh, inet);
	mnl_attr_nest_end(t.nlh, spec);
	assert_int_equal(take(&t, COLLECT_LINK), 0);
	assert_int_equal(t.ns->links.v[0].inet.forwarding, 1);
	assert_int_equal(t.ns->links.v[0].inet.rp_filter, 0);
}

static void a_program_on_the_link_is_seen(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	const struct ifinfomsg ifi = { .ifi_index = 3 };
	struct nlattr *xdp;

	begin(&t, RTM_NEWLINK, &ifi, sizeof(ifi));
	xdp = mnl_attr_nest_start(t.nlh, IFLA_XDP);
	mnl_attr_put_u8(t.nlh, IFLA_XDP_ATTACHED, XDP_ATTACHED_SKB);
	mnl_attr_nest_end(t.nlh, xdp);
	assert_int_equal(take(&t, COLLECT_LINK), 0);
	assert_true(t.ns->links.v[0].xdp);
}

static void add_interface(struct built *t, const char *kind, const char *name)
{
	const struct ifinfomsg ifi = { .ifi_index = 3 };
	struct nlattr *info;

	begin(t, RTM_NEWLINK, &ifi, sizeof(ifi));
	mnl_attr_put_strz(t->nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(t->nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(t->nlh, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(t->nlh, info);
	assert_int_equal(take(t, COLLECT_LINK), 0);
}

static void interfaces_of_running_diagnoses_are_left_out(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };

	add_interface(&t, "tun", "nsdoctor12");
	assert_int_equal(t.ns->links.n, 0);
	/* only the name, or only the kind, is somebody else's */
	add_interface(&t, "veth", "nsdoctor12");
	add_interface(&t, "tun", "nsdoctor");
	add_interface(&t, "tun", "nsdoctor1a");
	add_interface(&t, "tun", "tap0");
	assert_int_equal(t.ns->links.n, 4);
}

static void what_a_bridge_knows(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	struct ndmsg ndm = { .ndm_family = AF_BRIDGE, .ndm_ifindex = 3, .ndm_state = NUD_NOARP,
			     .ndm_flags = NTF_STICKY };
	const struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE, .ifi_index = 3 };
	const struct bridge_vlan_info vlans[] = { { .flags = BRIDGE_VLAN_INFO_PVID, .vid = 20 }, { .vid = 30 } };
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct nlattr *spec;

	begin(&t, RTM_NEWNEIGH, &ndm, sizeof(ndm));
	mnl_attr_put(t.nlh, NDA_LLADDR, sizeof(mac), mac);
	mnl_attr_put_u32(t.nlh, NDA_MASTER, 4);
	assert_int_equal(take(&t, COLLECT_BRIDGE), 0);
	assert_int_equal(t.ns->fdb.n, 1);
	assert_int_equal(t.ns->fdb.v[0].port, 3);
	assert_int_equal(t.ns->fdb.v[0].bridge, 4);
	assert_memory_equal(t.ns->fdb.v[0].mac, mac, sizeof(mac));
	assert_int_equal(t.ns->fdb.v[0].state, NUD_NOARP);
	assert_int_equal(t.ns->fdb.v[0].flags, NTF_STICKY);
	/* a device's own filter, and an address of another kind, are none */
	ndm.ndm_flags = NTF_SELF;
	begin(&t, RTM_NEWNEIGH, &ndm, sizeof(ndm));
	mnl_attr_put(t.nlh, NDA_LLADDR, sizeof(mac), mac);
	assert_int_equal(take(&t, COLLECT_BRIDGE), 0);
	ndm.ndm_flags = 0;
	begin(&t, RTM_NEWNEIGH, &ndm, sizeof(ndm));
	mnl_attr_put(t.nlh, NDA_LLADDR, 4, mac);
	assert_int_equal(take(&t, COLLECT_BRIDGE), 0);
	assert_int_equal(t.ns->fdb.n, 1);

	begin(&t, RTM_NEWLINK, &ifi, sizeof(ifi));
	spec = mnl_attr_nest_start(t.nlh, IFLA_AF_SPEC);
	for (size_t i = 0; i < 2; i++)
		mnl_attr_put(t.nlh, IFLA_BRIDGE_VLAN_INFO, sizeof(vlans[i]), &vlans[i]);
	mnl_attr_nest_end(t.nlh, spec);
	assert_int_equal(take(&t, COLLECT_BRIDGE), 0);
	assert_int_equal(t.ns->vlans.n, 2);
	assert_int_equal(t.ns->vlans.v[0].vid, 20);
	assert_int_equal(t.ns->vlans.v[0].flags, BRIDGE_VLAN_INFO_PVID);
	assert_int_equal(t.ns->vlans.v[1].ifindex, 3);
	begin(&t, RTM_NEWLINK, &ifi, sizeof(ifi));
	spec = mnl_attr_nest_start(t.nlh, IFLA_AF_SPEC);
	mnl_attr_put(t.nlh, IFLA_BRIDGE_VLAN_INFO, 2, vlans);
	mnl_attr_nest_end(t.nlh, spec);
	assert_int_equal(take(&t, COLLECT_BRIDGE), -EBADMSG);
}

static void queues_and_filters(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	struct tcmsg tcm = { .tcm_ifindex = 3, .tcm_handle = 0x10000, .tcm_parent = TC_H_ROOT };
	const struct gnet_stats_queue stats = { .drops = 7 };
	struct nlattr *nest;

	begin(&t, RTM_NEWQDISC, &tcm, sizeof(tcm));
	mnl_attr_put_strz(t.nlh, TCA_KIND, "tbf");
	nest = mnl_attr_nest_start(t.nlh, TCA_STATS2);
	mnl_attr_put(t.nlh, TCA_STATS_QUEUE, sizeof(stats), &stats);
	mnl_attr_nest_end(t.nlh, nest);
	assert_int_equal(take(&t, COLLECT_QUEUE), 0);
	begin(&t, RTM_NEWQDISC, &tcm, sizeof(tcm));
	mnl_attr_put_strz(t.nlh, TCA_KIND, "noqueue");
	assert_int_equal(take(&t, COLLECT_QUEUE), 0);
	assert_int_equal(t.ns->queues.n, 1);
	assert_string_equal(t.ns->queues.v[0].kind, "tbf");
	assert_int_equal(t.ns->queues.v[0].drops, 7);
	assert_int_equal(t.ns->queues.v[0].handle, 0x10000);

	tcm.tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS);
	tcm.tcm_info = 49152u << 16;
	begin(&t, RTM_NEWTFILTER, &tcm, sizeof(tcm));
	mnl_attr_put_strz(t.nlh, TCA_KIND, "bpf");
	assert_int_equal(take(&t, COLLECT_FILTER), 0);
	tcm.tcm_parent = TC_H_MAKE(TC_H_INGRESS, TC_H_MIN_INGRESS);
	begin(&t, RTM_NEWTFILTER, &tcm, sizeof(tcm));
	mnl_attr_put_strz(t.nlh, TCA_KIND, "u32");
	assert_int_equal(take(&t, COLLECT_FILTER), 0);
	assert_int_equal(t.ns->filters.n, 2);
	assert_true(t.ns->filters.v[0].egress);
	assert_int_equal(t.ns->filters.v[0].prio, 49152);
	assert_false(t.ns->filters.v[1].egress);
	assert_string_equal(t.ns->filters.v[1].kind, "u32");
}

static void how_full_tables_are(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	const struct ndtmsg ndt = { .ndtm_family = AF_INET };
	const struct nfgenmsg nfg = { .version = NFNETLINK_V0 };
	const struct ndt_config config = { .ndtc_entries = 900 };
	const struct ndt_stats stats = { .ndts_table_fulls = 5 };

	begin(&t, RTM_NEWNEIGHTBL, &ndt, sizeof(ndt));
	mnl_attr_put_strz(t.nlh, NDTA_NAME, "arp_cache");
	mnl_attr_put_u32(t.nlh, NDTA_THRESH3, 1024);
	mnl_attr_put(t.nlh, NDTA_CONFIG, sizeof(config), &config);
	mnl_attr_put(t.nlh, NDTA_STATS, sizeof(stats), &stats);
	assert_int_equal(take(&t, COLLECT_TABLE), 0);
	assert_int_equal(t.ns->neighbours_use.used, 900);
	assert_int_equal(t.ns->neighbours_use.limit, 1024);
	assert_int_equal(t.ns->neighbours_use.refused, 5);
	/* what one interface has of it */
	begin(&t, RTM_NEWNEIGHTBL, &ndt, sizeof(ndt));
	mnl_attr_put_strz(t.nlh, NDTA_NAME, "arp_cache");
	assert_int_equal(take(&t, COLLECT_TABLE), 0);
	assert_int_equal(t.ns->neighbours_use.used, 900);
	for (uint32_t cpu = 0; cpu < 2; cpu++) {
		begin(&t, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU, &nfg, sizeof(nfg));
		mnl_attr_put_u32(t.nlh, CTA_STATS_DROP, htonl(40 + cpu));
		assert_int_equal(take(&t, COLLECT_TABLE), 0);
	}
	assert_int_equal(collect_take_text(t.s, t.ns, COLLECT_TABLE, "conntrack=8/9"), 0);
	assert_int_equal(t.ns->connections_use.refused, 81);
	assert_int_equal(t.ns->connections_use.used, 8);
	assert_int_equal(t.ns->connections_use.limit, 9);
	assert_int_equal(collect_take_text(t.s, t.ns, COLLECT_TABLE, "conntrack=8"), -EBADMSG);
}

static void checksums_before_and_after(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };

	begin(&t, 16, "", 0);
	assert_int_equal(collect_take_text(t.s, t.ns, COLLECT_SYSCTL, "checksums=1 2 3 4 5"), 0);
	assert_true(t.ns->checksums.known);
	assert_false(t.ns->checksums_later.known);
	assert_int_equal(collect_take_text(t.s, t.ns, COLLECT_TABLE, "checksums=6 7 8 9 4294967295"), 0);
	assert_int_equal(t.ns->checksums.tcp, 1);
	assert_int_equal(t.ns->checksums.icmp6, 5);
	assert_int_equal(t.ns->checksums_later.udp, 7);
	assert_int_equal(t.ns->checksums_later.icmp, 8);
	assert_int_equal(t.ns->checksums_later.udp6, 9);
	assert_int_equal(collect_take_text(t.s, t.ns, COLLECT_TABLE, "checksums=1 2 3"), -EBADMSG);
	assert_int_equal(t.ns->checksums_later.tcp, 6);
}

static void policies_of_ipsec(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	struct xfrm_userpolicy_info info = { .sel = { .family = AF_INET, .prefixlen_s = 24, .dport = htons(443),
						      .dport_mask = 0xffff, .proto = IPPROTO_TCP },
					     .priority = 7, .dir = XFRM_POLICY_FWD, .action = XFRM_POLICY_BLOCK };
	struct xfrm_user_tmpl templates[2] = { { .optional = 1 }, { .optional = 1 } };

	info.sel.saddr.a4 = htonl(0x0a010000);
	begin(&t, XFRM_MSG_NEWPOLICY, &info, sizeof(info));
	mnl_attr_put(t.nlh, XFRMA_TMPL, sizeof(templates), templates);
	assert_int_equal(take(&t, COLLECT_POLICY), 0);
	assert_true(t.ns->policies.v[0].blocks);
	assert_false(t.ns->policies.v[0].transforms);
	assert_int_equal(t.ns->policies.v[0].dport, 443);
	assert_int_equal(t.ns->policies.v[0].src.len, 24);
	templates[1].optional = 0;
	begin(&t, XFRM_MSG_NEWPOLICY, &info, sizeof(info));
	mnl_attr_put(t.nlh, XFRMA_TMPL, sizeof(templates), templates);
	assert_int_equal(take(&t, COLLECT_POLICY), 0);
	assert_true(t.ns->policies.v[1].transforms);
	info.sel.prefixlen_s = 33;
	begin(&t, XFRM_MSG_NEWPOLICY, &info, sizeof(info));
	assert_int_equal(take(&t, COLLECT_POLICY), -EBADMSG);
}

static void a_bad_message_is_noted_and_left_out(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	const struct ifinfomsg ifi = { .ifi_index = 3 };
	uint8_t mac[33] = { 0 };

	begin(&t, RTM_NEWLINK, &ifi, sizeof(ifi));
	mnl_attr_put_u16(t.nlh, IFLA_MTU, 1500);
	assert_int_equal(take(&t, COLLECT_LINK), -EBADMSG);
	assert_int_equal(t.ns->error[COLLECT_LINK], -EBADMSG);
	begin(&t, RTM_NEWLINK, &ifi, sizeof(ifi));
	mnl_attr_put(t.nlh, IFLA_ADDRESS, sizeof(mac), mac);
	assert_int_equal(take(&t, COLLECT_LINK), -EBADMSG);
	begin(&t, RTM_NEWLINK, &ifi, sizeof(ifi) - 4);
	assert_int_equal(take(&t, COLLECT_LINK), -EBADMSG);
	assert_int_equal(t.ns->links.n, 0);
	/* kept all the same: a saved snapshot shows what the kernel said */
	assert_int_equal(t.ns->raw.n, 3);
}

static void what_is_no_link_is_passed_over(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };

	begin(&t, RTM_DELLINK, "", 0);
	for (int kind = 0; kind < COLLECT_KINDS; kind++)
		if (kind != COLLECT_NSID && kind != COLLECT_LEGACY && kind != COLLECT_NFT)
			assert_int_equal(take(&t, kind), 0);
	assert_int_equal(t.ns->links.n, 0);
}

static void an_address_must_fit_its_family(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	struct ifaddrmsg ifa = { .ifa_family = AF_INET, .ifa_prefixlen = 33, .ifa_index = 2 };

	begin(&t, RTM_NEWADDR, &ifa, sizeof(ifa));
	mnl_attr_put_u32(t.nlh, IFA_LOCAL, 0x0100000a);
	assert_int_equal(take(&t, COLLECT_ADDR), -EBADMSG);
	ifa.ifa_family = AF_INET6;
	begin(&t, RTM_NEWADDR, &ifa, sizeof(ifa));
	mnl_attr_put_u32(t.nlh, IFA_ADDRESS, 0x0100000a);
	assert_int_equal(take(&t, COLLECT_ADDR), -EBADMSG);
	begin(&t, RTM_NEWADDR, &ifa, sizeof(ifa));
	assert_int_equal(take(&t, COLLECT_ADDR), -EBADMSG);
	assert_int_equal(t.ns->addrs.n, 0);
}

static void path_mtu_exceptions_are_no_routes(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	struct rtmsg rtm = { .rtm_family = AF_INET, .rtm_flags = RTM_F_CLONED };

	begin(&t, RTM_NEWROUTE, &rtm, sizeof(rtm));
	assert_int_equal(take(&t, COLLECT_ROUTE), 0);
	rtm = (struct rtmsg){ .rtm_family = 128 + 1 }; /* RTNL_FAMILY_IP6MR */
	begin(&t, RTM_NEWROUTE, &rtm, sizeof(rtm));
	assert_int_equal(take(&t, COLLECT_ROUTE), 0);
	assert_int_equal(t.ns->routes.n, 0);
}

static void a_route_that_lies_is_refused(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	struct rtmsg rtm = { .rtm_family = AF_INET, .rtm_dst_len = 33 };
	const struct rtnexthop short_hop = { .rtnh_len = 7 }, long_hop = { .rtnh_len = 9 };

	begin(&t, RTM_NEWROUTE, &rtm, sizeof(rtm));
	assert_int_equal(take(&t, COLLECT_ROUTE), -EBADMSG);
	rtm.rtm_dst_len = 0;
	begin(&t, RTM_NEWROUTE, &rtm, sizeof(rtm));
	mnl_attr_put(t.nlh, RTA_MULTIPATH, sizeof(short_hop), &short_hop);
	assert_int_equal(take(&t, COLLECT_ROUTE), -EBADMSG);
	begin(&t, RTM_NEWROUTE, &rtm, sizeof(rtm));
	mnl_attr_put(t.nlh, RTA_MULTIPATH, sizeof(long_hop), &long_hop);
	assert_int_equal(take(&t, COLLECT_ROUTE), -EBADMSG);
	begin(&t, RTM_NEWROUTE, &rtm, sizeof(rtm));
	mnl_attr_put(t.nlh, RTA_VIA, 5, "\x02\0\x0a\0\0");
	assert_int_equal(take(&t, COLLECT_ROUTE), -EBADMSG);
	begin(&t, RTM_NEWROUTE, &rtm, sizeof(rtm));
	mnl_attr_put(t.nlh, RTA_DST, 16, "0123456789abcdef");
	assert_int_equal(take(&t, COLLECT_ROUTE), -EBADMSG);
	assert_int_equal(t.ns->routes.n, 0);
}

static void the_first_of_many_nexthops_is_kept(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	const struct rtmsg rtm = {
		.rtm_family = AF_INET, .rtm_table = 7, .rtm_flags = RTNH_F_DEAD,
	};
	struct {
		struct rtnexthop first;
		struct nlattr gateway;
		uint8_t addr[4];
		struct rtnexthop second;
	} hops = {
		.first = { .rtnh_len = 16, .rtnh_ifindex = 5, .rtnh_flags = RTNH_F_ONLINK },
		.gateway = { .nla_len = 8, .nla_type = RTA_GATEWAY },
		.addr = { 10, 0, 0, 9 },
		.second = { .rtnh_len = 8, .rtnh_ifindex = 6 },
	};

	begin(&t, RTM_NEWROUTE, &rtm, sizeof(rtm));
	mnl_attr_put(t.nlh, RTA_MULTIPATH, sizeof(hops), &hops);
	assert_int_equal(take(&t, COLLECT_ROUTE), 0);
	assert_int_equal(t.ns->routes.v[0].nexthops, 2);
	assert_int_equal(t.ns->routes.v[0].nh.oif, 5);
	assert_int_equal(t.ns->routes.v[0].nh.flags, RTNH_F_ONLINK);
	assert_string_equal(addr_text(&t.ns->routes.v[0].nh.gateway).s, "10.0.0.9");
	assert_int_equal(t.ns->routes.v[0].table, 7);
}

static void switches_are_whole_numbers(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };

	begin(&t, 16, "", 0);
	assert_int_equal(collect_take_text(t.s, t.ns, COLLECT_SYSCTL,
					   "net.ipv4.icmp_echo_ignore_all=1"), 0);
	assert_int_equal(t.ns->icmp_echo_ignore_all, 1);
	assert_int_equal(collect_take_text(t.s, t.ns, COLLECT_SYSCTL,
					   "net.ipv4.icmp_echo_ignore_all=x"), -EBADMSG);
	assert_int_equal(collect_take_text(t.s, t.ns, COLLECT_SYSCTL,
					   "net.ipv4.icmp_echo_ignore_all="), -EBADMSG);
	assert_int_equal(collect_take_text(t.s, t.ns, COLLECT_SYSCTL,
					   "net.ipv4.icmp_echo_ignore_all=99999999999"), -EBADMSG);
	assert_int_equal(collect_take_text(t.s, t.ns, COLLECT_SYSCTL,
					   "net.ipv4.conf.all.arp_ignored=1"), 0);
	assert_int_equal(t.ns->all.arp_ignore, 0);
	assert_int_equal(t.ns->icmp_echo_ignore_all, 1);
}

static void an_nsid_names_a_known_namespace(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();

	snapshot_add(s, "host", 1);
	snapshot_add(s, "web", 2);
	assert_int_equal(collect_take_text(s, &s->ns.v[0], COLLECT_NSID, "5 2"), 0);
	assert_int_equal(collect_take_text(s, &s->ns.v[0], COLLECT_NSID, "6 99"), 0);
	assert_int_equal(collect_take_text(s, &s->ns.v[0], COLLECT_NSID, "web"), -EBADMSG);
	assert_int_equal(s->ns.v[0].nsids.n, 1);
	assert_int_equal(snapshot_nsid(s, 0, 5), 1);
}

/* --- nf_tables ------------------------------------------------------------------ */

static void nft_begin(struct built *t, uint16_t message, uint8_t family)
{
	const struct nfgenmsg nfg = { .nfgen_family = family };

	begin(t, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | message), &nfg, sizeof(nfg));
}

static int add_table(struct built *t, const char *name, uint32_t flags)
{
	nft_begin(t, NFT_MSG_NEWTABLE, NFPROTO_INET);
	mnl_attr_put_strz(t->nlh, NFTA_TABLE_NAME, name);
	mnl_attr_put_u32(t->nlh, NFTA_TABLE_FLAGS, htonl(flags));
	return take(t, COLLECT_NFT);
}

static int add_chain(struct built *t, const char *table, const char *name)
{
	nft_begin(t, NFT_MSG_NEWCHAIN, NFPROTO_INET);
	mnl_attr_put_strz(t->nlh, NFTA_CHAIN_TABLE, table);
	mnl_attr_put_strz(t->nlh, NFTA_CHAIN_NAME, name);
	return take(t, COLLECT_NFT);
}

/* A rule of one expression with no attributes but what the caller puts between. */
static struct nlattr *rule_begin(struct built *t, const char *table, const char *chain,
				 const char *expression, struct nlattr **ret_list,
				 struct nlattr **ret_elem)
{
	nft_begin(t, NFT_MSG_NEWRULE, NFPROTO_INET);
	mnl_attr_put_strz(t->nlh, NFTA_RULE_TABLE, table);
	mnl_attr_put_strz(t->nlh, NFTA_RULE_CHAIN, chain);
	mnl_attr_put_u64(t->nlh, NFTA_RULE_HANDLE, htobe64(12));
	*ret_list = mnl_attr_nest_start(t->nlh, NFTA_RULE_EXPRESSIONS);
	*ret_elem = mnl_attr_nest_start(t->nlh, NFTA_LIST_ELEM);
	if (expression)
		mnl_attr_put_strz(t->nlh, NFTA_EXPR_NAME, expression);
	return mnl_attr_nest_start(t->nlh, NFTA_EXPR_DATA);
}

static void rule_end(struct built *t, struct nlattr *data, struct nlattr *elem, struct nlattr *list)
{
	mnl_attr_nest_end(t->nlh, data);
	mnl_attr_nest_end(t->nlh, elem);
	mnl_attr_nest_end(t->nlh, list);
}

static void tables_of_running_diagnoses_are_left_out(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };

	assert_int_equal(add_table(&t, "nsdoctor-123", 2), 0);
	assert_int_equal(add_chain(&t, "nsdoctor-123", "pre"), 0);
	assert_int_equal(t.ns->tables.n + t.ns->chains.n, 0);
	/* only the name, or only the flag, is somebody else's */
	assert_int_equal(add_table(&t, "nsdoctor-nat", 0), 0);
	assert_int_equal(add_table(&t, "firewalld", 2), 0);
	assert_int_equal(add_chain(&t, "firewalld", "pre"), 0);
	assert_int_equal(t.ns->tables.n, 2);
	assert_int_equal(t.ns->chains.n, 1);
}

static void a_rule_with_an_unknown_expression_stays(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	struct nlattr *list, *elem, *data;

	add_table(&t, "fw", 0);
	add_chain(&t, "fw", "in");
	data = rule_begin(&t, "fw", "in", "teleport", &list, &elem);
	rule_end(&t, data, elem, list);
	assert_int_equal(nft_check(t.nlh), -EOPNOTSUPP);
	assert_int_equal(take(&t, COLLECT_NFT), 0);
	assert_int_equal(t.ns->chains.v[0].rules.n, 1);
	assert_int_equal(t.ns->chains.v[0].rules.v[0].handle, 12);
	assert_null(nft_rule_code(t.s, &t.ns->chains.v[0].rules.v[0]));
	data = rule_begin(&t, "fw", "in", "counter", &list, &elem);
	mnl_attr_put_u64(t.nlh, NFTA_COUNTER_BYTES, 0);
	rule_end(&t, data, elem, list);
	assert_int_equal(take(&t, COLLECT_NFT), 0);
	assert_non_null(nft_rule_code(t.s, &t.ns->chains.v[0].rules.v[1]));
}

/* An attribute that is not known may turn the meaning round. */
static void an_unknown_attribute_makes_its_rule_unknown(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	struct nlattr *list, *elem, *data;

	data = rule_begin(&t, "fw", "in", "meta", &list, &elem);
	mnl_attr_put_u32(t.nlh, NFTA_META_KEY, 0);
	mnl_attr_put_u32(t.nlh, NFTA_META_MAX + 1, 0);
	rule_end(&t, data, elem, list);
	assert_int_equal(nft_check(t.nlh), -EOPNOTSUPP);
	/* of the rule itself it only informs */
	data = rule_begin(&t, "fw", "in", "meta", &list, &elem);
	rule_end(&t, data, elem, list);
	mnl_attr_put_u32(t.nlh, 40, 0);
	assert_int_equal(nft_check(t.nlh), 0);
}

/* Each of these ends the program or worse where libnftnl gets to see it. */
static void what_libnftnl_does_not_survive_is_refused(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	struct nlattr *list, *elem, *data, *value, *verdict;

	data = rule_begin(&t, "fw", "in", NULL, &list, &elem);
	rule_end(&t, data, elem, list);
	assert_int_equal(nft_check(t.nlh), -EBADMSG);

	data = rule_begin(&t, "fw", "in", "counter", &list, &elem);
	mnl_attr_put_u32(t.nlh, NFTA_COUNTER_BYTES, 0);
	rule_end(&t, data, elem, list);
	assert_int_equal(nft_check(t.nlh), -EBADMSG);

	data = rule_begin(&t, "fw", "in", "lookup", &list, &elem);
	mnl_attr_put(t.nlh, NFTA_LOOKUP_SET, 3, "abc");
	rule_end(&t, data, elem, list);
	assert_int_equal(nft_check(t.nlh), -EBADMSG);

	data = rule_begin(&t, "fw", "in", "immediate", &list, &elem);
	value = mnl_attr_nest_start(t.nlh, NFTA_IMMEDIATE_DATA);
	verdict = mnl_attr_nest_start(t.nlh, NFTA_DATA_VERDICT);
	mnl_attr_put_u32(t.nlh, NFTA_VERDICT_CODE, htonl((uint32_t)NFT_JUMP));
	mnl_attr_nest_end(t.nlh, verdict);
	mnl_attr_nest_end(t.nlh, value);
	rule_end(&t, data, elem, list);
	assert_int_equal(nft_check(t.nlh), -EBADMSG);

	data = rule_begin(&t, "fw", "in", "cmp", &list, &elem);
	value = mnl_attr_nest_start(t.nlh, NFTA_CMP_DATA);
	mnl_attr_nest_end(t.nlh, value);
	rule_end(&t, data, elem, list);
	assert_int_equal(nft_check(t.nlh), -EBADMSG);

	data = rule_begin(&t, "fw", "in", "cmp", &list, &elem);
	value = mnl_attr_nest_start(t.nlh, NFTA_CMP_DATA);
	mnl_attr_put(t.nlh, NFTA_DATA_VALUE, 65, t.b.b);
	mnl_attr_nest_end(t.nlh, value);
	rule_end(&t, data, elem, list);
	assert_int_equal(nft_check(t.nlh), -EBADMSG);

	nft_begin(&t, NFT_MSG_GETRULE, NFPROTO_INET);
	assert_int_equal(nft_check(t.nlh), -EBADMSG);
}

static void add_set_named(struct built *t, const char *name)
{
	nft_begin(t, NFT_MSG_NEWSET, NFPROTO_INET);
	mnl_attr_put_strz(t->nlh, NFTA_SET_TABLE, "fw");
	mnl_attr_put_strz(t->nlh, NFTA_SET_NAME, name);
	mnl_attr_put_u32(t->nlh, NFTA_SET_KEY_LEN, htonl(4));
	assert_int_equal(take(t, COLLECT_NFT), 0);
}

static int add_element(struct built *t, const char *set, size_t key_len)
{
	struct nlattr *list, *elem, *key;

	nft_begin(t, NFT_MSG_NEWSETELEM, NFPROTO_INET);
	mnl_attr_put_strz(t->nlh, NFTA_SET_ELEM_LIST_TABLE, "fw");
	mnl_attr_put_strz(t->nlh, NFTA_SET_ELEM_LIST_SET, set);
	list = mnl_attr_nest_start(t->nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
	elem = mnl_attr_nest_start(t->nlh, NFTA_LIST_ELEM);
	key = mnl_attr_nest_start(t->nlh, NFTA_SET_ELEM_KEY);
	mnl_attr_put(t->nlh, NFTA_DATA_VALUE, key_len, "0123456789");
	mnl_attr_nest_end(t->nlh, key);
	mnl_attr_nest_end(t->nlh, elem);
	mnl_attr_nest_end(t->nlh, list);
	return take(t, COLLECT_NFT);
}

/* libnftnl has room for 12 attributes of an element and takes 19. */
static void an_element_of_a_newer_kernel_is_not_shown_to_libnftnl(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	struct nlattr *list, *elem;

	add_table(&t, "fw", 0);
	add_set_named(&t, "one");
	nft_begin(&t, NFT_MSG_NEWSETELEM, NFPROTO_INET);
	mnl_attr_put_strz(t.nlh, NFTA_SET_ELEM_LIST_TABLE, "fw");
	mnl_attr_put_strz(t.nlh, NFTA_SET_ELEM_LIST_SET, "one");
	list = mnl_attr_nest_start(t.nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
	elem = mnl_attr_nest_start(t.nlh, NFTA_LIST_ELEM);
	for (uint16_t type = 12; type <= 18; type++)
		mnl_attr_put_u32(t.nlh, type, 0);
	mnl_attr_nest_end(t.nlh, elem);
	mnl_attr_nest_end(t.nlh, list);
	assert_int_equal(take(&t, COLLECT_NFT), -EOPNOTSUPP);
	assert_int_equal(t.ns->sets.n, 0);
}

/* "ip saddr VALUE", and an attribute of the comparison that no kernel knew so far. */
static void put_comparison(struct built *t, const void *value, bool unknown)
{
	struct nlattr *elem = mnl_attr_nest_start(t->nlh, NFTA_LIST_ELEM), *data, *nested;

	mnl_attr_put_strz(t->nlh, NFTA_EXPR_NAME, "payload");
	data = mnl_attr_nest_start(t->nlh, NFTA_EXPR_DATA);
	mnl_attr_put_u32(t->nlh, NFTA_PAYLOAD_DREG, htonl(NFT_REG32_00));
	mnl_attr_put_u32(t->nlh, NFTA_PAYLOAD_BASE, htonl(NFT_PAYLOAD_NETWORK_HEADER));
	mnl_attr_put_u32(t->nlh, NFTA_PAYLOAD_OFFSET, htonl(12));
	mnl_attr_put_u32(t->nlh, NFTA_PAYLOAD_LEN, htonl(4));
	mnl_attr_nest_end(t->nlh, data);
	mnl_attr_nest_end(t->nlh, elem);
	elem = mnl_attr_nest_start(t->nlh, NFTA_LIST_ELEM);
	mnl_attr_put_strz(t->nlh, NFTA_EXPR_NAME, "cmp");
	data = mnl_attr_nest_start(t->nlh, NFTA_EXPR_DATA);
	mnl_attr_put_u32(t->nlh, NFTA_CMP_SREG, htonl(NFT_REG32_00));
	mnl_attr_put_u32(t->nlh, NFTA_CMP_OP, htonl(NFT_CMP_EQ));
	nested = mnl_attr_nest_start(t->nlh, NFTA_CMP_DATA);
	mnl_attr_put(t->nlh, NFTA_DATA_VALUE, 4, value);
	mnl_attr_nest_end(t->nlh, nested);
	if (unknown)
		mnl_attr_put_u32(t->nlh, NFTA_CMP_MAX + 1, 0);
	mnl_attr_nest_end(t->nlh, data);
	mnl_attr_nest_end(t->nlh, elem);
}

static const struct nft_rule *add_comparison(struct built *t, const void *value, bool unknown)
{
	struct nlattr *list, *elem;

	nft_begin(t, NFT_MSG_NEWRULE, NFPROTO_INET);
	mnl_attr_put_strz(t->nlh, NFTA_RULE_TABLE, "fw");
	mnl_attr_put_strz(t->nlh, NFTA_RULE_CHAIN, "in");
	list = mnl_attr_nest_start(t->nlh, NFTA_RULE_EXPRESSIONS);
	put_comparison(t, value, unknown);
	elem = mnl_attr_nest_start(t->nlh, NFTA_LIST_ELEM);
	mnl_attr_put_strz(t->nlh, NFTA_EXPR_NAME, "teleport");
	mnl_attr_nest_end(t->nlh, elem);
	mnl_attr_nest_end(t->nlh, list);
	assert_int_equal(take(t, COLLECT_NFT), 0);
	return &t->ns->chains.v[0].rules.v[t->ns->chains.v[0].rules.n - 1];
}

/* Whom a rule with something unknown is not for is known all the same, if that comes first and is known. */
static void a_rule_begins_with_an_address(void **state)
{
	static const uint8_t value[] = { 192, 0, 2, 1 };
	_cleanup_(built_done) struct built t = { 0 };
	const struct nft_rule *rule;

	add_table(&t, "fw", 0);
	add_chain(&t, "fw", "in");
	rule = add_comparison(&t, value, false);
	assert_int_equal(rule->field.offset, 12);
	assert_int_equal(rule->field.len, 4);
	assert_memory_equal(rule->field.value, value, 4);
	assert_null(nft_rule_code(t.s, rule));
	rule = add_comparison(&t, value, true);
	assert_null(rule->field.value);
	assert_null(nft_rule_code(t.s, rule));
}

static void a_set_that_lacks_elements_goes(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };

	add_table(&t, "fw", 0);
	add_set_named(&t, "one");
	add_set_named(&t, "two");
	assert_int_equal(add_element(&t, "two", 4), 0);
	assert_int_equal(elements(t.ns, "two"), 1);
	assert_int_equal(add_element(&t, "one", 0), -EBADMSG);
	assert_int_equal(t.ns->sets.n, 1);
	assert_string_equal(t.ns->sets.v[0].name, "two");
	assert_int_equal(add_element(&t, "one", 4), 0);
	assert_int_equal(add_element(&t, "two", 4), 0);
	assert_int_equal(elements(t.ns, "two"), 2);
}

static void a_device_prefix_is_a_pattern(void **state)
{
	_cleanup_(built_done) struct built t = { 0 };
	struct nlattr *hook, *devs;

	add_table(&t, "fw", 0);
	nft_begin(&t, NFT_MSG_NEWCHAIN, NFPROTO_INET);
	mnl_attr_put_strz(t.nlh, NFTA_CHAIN_TABLE, "fw");
	mnl_attr_put_strz(t.nlh, NFTA_CHAIN_NAME, "in");
	hook = mnl_attr_nest_start(t.nlh, NFTA_CHAIN_HOOK);
	mnl_attr_put_u32(t.nlh, NFTA_HOOK_HOOKNUM, htonl(NF_INET_INGRESS));
	mnl_attr_put_u32(t.nlh, NFTA_HOOK_PRIORITY, htonl((uint32_t)-150));
	devs = mnl_attr_nest_start(t.nlh, NFTA_HOOK_DEVS);
	mnl_attr_put_strz(t.nlh, NFTA_DEVICE_NAME, "eth0");
	mnl_attr_put_str(t.nlh, 2, "wl"); /* NFTA_DEVICE_PREFIX has no NUL */
	mnl_attr_nest_end(t.nlh, devs);
	mnl_attr_nest_end(t.nlh, hook);
	assert_int_equal(take(&t, COLLECT_NFT), 0);
	assert_int_equal(t.ns->chains.v[0].prio, -150);
	assert_int_equal(t.ns->chains.v[0].hook, NF_INET_INGRESS);
	assert_string_equal(t.ns->chains.v[0].dev, "eth0");
	assert_string_equal(t.ns->chains.v[0].devs, "eth0 wl*");
	assert_true(nft_chain_on(&t.ns->chains.v[0], "wlan0"));
}

/* --- what is needed later ------------------------------------------------------- */

static bool lacks(struct snapshot *s)
{
	need_list needs = { 0 };
	bool any = snapshot_take_needs(s, &needs) > 0;

	vec_free(&needs);
	return any;
}

static void what_cannot_be_asked_is_asked_once(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	const int no_namespace = -1;
	struct ns *ns;

	snapshot_add(s, "host", 1);
	ns = &s->ns.v[0];
	ns->more_chains = true;
	vec_reserve(&ns->chains, 1);
	assert_null(fw_chain(s, 0, NFPROTO_INET, "t", "one"));
	assert_int_equal(collect_needs(s, &no_namespace), 1);
	assert_true(ns->chains.n == 1 && ns->chains.v[0].unread && ns->chains.v[0].error);
	assert_false(fw_has_rules(s, 0, fw_chain(s, 0, NFPROTO_INET, "t", "one")));
	assert_false(lacks(s));
	/* where no more can be listed nobody asks, and nobody takes the list for a whole one */
	assert_null(fw_chain(s, 0, NFPROTO_INET, "t", "two"));
	assert_int_equal(collect_needs(s, &no_namespace), 1);
	assert_null(fw_chain(s, 0, NFPROTO_INET, "t", "two"));
	assert_false(lacks(s));
	assert_true(ns->error[COLLECT_NFT] < 0);
}

static void a_list_of_tables_that_cannot_be_read_is_none_of_no_tables(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	struct ns *ns;

	snapshot_add(s, "host", 1);
	ns = &s->ns.v[0];
	assert_int_equal(collect_take_text(s, ns, COLLECT_LEGACY, "ip6 "), 0);
	assert_null(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_INPUT, false));
	assert_non_null(fw_legacy(s, 0, NFPROTO_IPV6, HOOK_INPUT, false));
	assert_int_equal(collect_take_text(s, ns, COLLECT_LEGACY, ""), 0);
	assert_non_null(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_INPUT, false));
}

/* --- walking ------------------------------------------------------------------ */

static void messages_are_walked_within_the_buffer(void **state)
{
	_Alignas(4) uint8_t buffer[64] = { 0 };
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;
	size_t pos = 0;

	nlh->nlmsg_len = 18;
	assert_ptr_equal(nl_next(buffer, 64, &pos), nlh);
	assert_int_equal(pos, 20);
	pos = 0;
	/* the last one needs no padding */
	assert_ptr_equal(nl_next(buffer, 18, &pos), nlh);
	assert_int_equal(pos, 18);
	assert_null(nl_next(buffer, 18, &pos));
	for (size_t size = 0; size < 18; size++) {
		pos = 0;
		assert_null(nl_next(buffer, size, &pos));
		assert_int_equal(pos, 0);
	}
	/* lengths that are negative as an int, or less than a header */
	nlh->nlmsg_len = 0xfffffff0;
	pos = 0;
	assert_null(nl_next(buffer, 64, &pos));
	nlh->nlmsg_len = 15;
	assert_null(nl_next(buffer, 64, &pos));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_links),
		cmocka_unit_test(recorded_addresses),
		cmocka_unit_test(recorded_routes),
		cmocka_unit_test(recorded_rules),
		cmocka_unit_test(recorded_neighbours),
		cmocka_unit_test(recorded_listeners),
		cmocka_unit_test(recorded_switches),
		cmocka_unit_test(recorded_nsids_and_tables),
		cmocka_unit_test(recorded_ruleset),
		cmocka_unit_test(a_link_of_a_newer_kernel_is_read),
		cmocka_unit_test(an_older_kernels_switches_are_fewer),
		cmocka_unit_test(a_program_on_the_link_is_seen),
		cmocka_unit_test(interfaces_of_running_diagnoses_are_left_out),
		cmocka_unit_test(what_a_bridge_knows),
		cmocka_unit_test(queues_and_filters),
		cmocka_unit_test(checksums_before_and_after),
		cmocka_unit_test(policies_of_ipsec),
		cmocka_unit_test(how_full_tables_are),
		cmocka_unit_test(a_bad_message_is_noted_and_left_out),
		cmocka_unit_test(what_is_no_link_is_passed_over),
		cmocka_unit_test(an_address_must_fit_its_family),
		cmocka_unit_test(path_mtu_exceptions_are_no_routes),
		cmocka_unit_test(a_route_that_lies_is_refused),
		cmocka_unit_test(the_first_of_many_nexthops_is_kept),
		cmocka_unit_test(switches_are_whole_numbers),
		cmocka_unit_test(an_nsid_names_a_known_namespace),
		cmocka_unit_test(tables_of_running_diagnoses_are_left_out),
		cmocka_unit_test(a_rule_with_an_unknown_expression_stays),
		cmocka_unit_test(an_unknown_attribute_makes_its_rule_unknown),
		cmocka_unit_test(what_libnftnl_does_not_survive_is_refused),
		cmocka_unit_test(an_element_of_a_newer_kernel_is_not_shown_to_libnftnl),
		cmocka_unit_test(a_rule_begins_with_an_address),
		cmocka_unit_test(a_set_that_lacks_elements_goes),
		cmocka_unit_test(a_device_prefix_is_a_pattern),
		cmocka_unit_test(what_cannot_be_asked_is_asked_once),
		cmocka_unit_test(a_list_of_tables_that_cannot_be_read_is_none_of_no_tables),
		cmocka_unit_test(messages_are_walked_within_the_buffer),
	};

	return cmocka_run_group_tests_name("collect", tests, NULL, NULL);
}
