/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>

#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <stdio.h>

#include "model.h"

static struct addr address(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static struct prefix prefix(const char *text, uint8_t len)
{
	return (struct prefix){ .addr = address(text), .len = len };
}

static void add_link(struct ns *ns, int ifindex, const char *name, const char *kind)
{
	struct link *l = vec_add(&ns->links);

	l->ifindex = ifindex;
	str_copy(l->name, sizeof(l->name), name);
	str_copy(l->kind, sizeof(l->kind), kind);
	l->flags = IFF_UP;
	l->mtu = 1500;
	l->mac_len = 6;
	l->peer_nsid = -1;
	l->inet.known = true;
}

static void add_addr(struct ns *ns, int ifindex, const char *text, uint8_t len)
{
	struct iface_addr *a = vec_add(&ns->addrs);

	a->ifindex = ifindex;
	a->prefix = prefix(text, len);
}

static void add_route(struct ns *ns, const char *dst, uint8_t len, uint32_t table, uint8_t type,
		      int oif, size_t raw)
{
	struct route *r = vec_add(&ns->routes);

	r->dst = prefix(dst, len);
	r->src = prefix("0.0.0.0", 0);
	r->table = table;
	r->type = type;
	r->nh.oif = oif;
	r->nexthops = 1;
	r->raw = raw;
}

static void add_raw(struct snapshot *s, struct ns *ns, enum collect_kind kind)
{
	struct raw *raw = vec_add(&ns->raw);

	raw->kind = kind;
	raw->len = 16;
	raw->msg = xcalloc(1, 16);
	snapshot_own_block(s, raw->msg);
}

static struct nftnl_rule *new_rule(void)
{
	struct nftnl_rule *nr = nftnl_rule_alloc();

	assert_non_null(nr);
	return nr;
}

static void add_set(struct snapshot *s, struct ns *ns, uint32_t flags, uint32_t key)
{
	struct nftnl_set *set = nftnl_set_alloc();
	struct nftnl_set_elem *elem = nftnl_set_elem_alloc();

	assert_non_null(set);
	assert_non_null(elem);
	nftnl_set_set_u32(set, NFTNL_SET_FLAGS, flags);
	nftnl_set_set_u64(set, NFTNL_SET_HANDLE, 5);
	nftnl_set_elem_set(elem, NFTNL_SET_ELEM_KEY, &key, sizeof(key));
	nftnl_set_elem_add(set, elem);
	snapshot_own_set(s, set);
	vec_push(&ns->sets, ((struct nft_set){ .family = 2, .table = snapshot_intern(s, "filter"),
					       .name = snapshot_intern(s, "friends"), .ns = set }));
}

/* host: lo, veth0 in br0; netns1: eth0, the other end of veth0. */
static struct snapshot *two_namespaces(void)
{
	struct snapshot *s = snapshot_new();
	struct nft_chain *c;
	struct ns *host, *other;

	assert_int_equal(snapshot_add(s, "host", 100), NS_HOST);
	assert_int_equal(snapshot_add(s, "netns1", 200), 1);
	host = &s->ns.v[0];
	other = &s->ns.v[1];
	add_link(host, 1, "lo", "");
	add_link(host, 2, "br0", "bridge");
	add_link(host, 5, "veth0", "veth");
	host->links.v[2].peer = 9;
	host->links.v[2].peer_nsid = 0;
	host->links.v[2].master = 2;
	add_link(other, 9, "eth0", "veth");
	other->links.v[0].peer = 5;
	other->links.v[0].peer_nsid = 3;
	vec_push(&host->nsids, ((struct nsid){ .nsid = 0, .ns = 1 }));
	vec_push(&other->nsids, ((struct nsid){ .nsid = 3, .ns = 0 }));
	add_addr(host, 2, "192.168.0.1", 16);
	add_addr(host, 2, "2001:db8::1", 64);
	add_addr(other, 9, "192.168.0.2", 16);
	add_raw(s, host, COLLECT_LINK);
	add_raw(s, host, COLLECT_ROUTE);
	add_raw(s, host, COLLECT_ROUTE);
	add_route(host, "192.168.0.0", 16, RT_TABLE_MAIN, RTN_UNICAST, 2, 1);
	add_route(host, "192.168.0.1", 32, RT_TABLE_LOCAL, RTN_LOCAL, 2, 2);
	vec_push(&host->rules, ((struct fib_rule){ .family = AF_INET, .priority = 32766,
						   .suppress_prefixlen = -1, .raw = SIZE_MAX }));
	vec_push(&host->neighs, ((struct neigh){ .ifindex = 2, .addr = address("192.168.0.2"),
						 .state = 2, .raw = SIZE_MAX }));
	vec_push(&host->tables, ((struct nft_table){ .family = 2,
						     .name = snapshot_intern(s, "filter") }));
	c = vec_add(&host->chains);
	c->family = 2;
	c->table = snapshot_intern(s, "filter");
	c->name = snapshot_intern(s, "FORWARD");
	c->base = true;
	c->policy = 1;
	c->type = snapshot_intern(s, "filter");
	vec_push(&c->rules, ((struct nft_rule){ .handle = 7, .nr = new_rule() }));
	snapshot_own_rule(s, (struct nftnl_rule *)c->rules.v[0].nr);
	add_set(s, host, 0, 1);
	vec_push(&host->legacy_tables, ((struct legacy_table){ .family = AF_INET, .name = "nat" }));
	c = vec_add(&host->legacy);
	c->family = AF_INET;
	c->table = snapshot_intern(s, "nat");
	c->name = snapshot_intern(s, "own");
	c->legacy = true;
	vec_push(&c->rules, ((struct nft_rule){ .handle = 1, .print = 12, .packets = 3 }));
	return s;
}

static void strings_are_kept_once(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	char text[] = "filter";
	const char *first = snapshot_intern(s, text);

	text[0] = 'x';
	assert_string_equal(first, "filter");
	assert_ptr_equal(snapshot_intern(s, "filter"), first);
	for (int i = 0; i < 1000; i++) {
		char name[24];

		snprintf(name, sizeof(name), "chain%d", i);
		assert_string_equal(snapshot_intern(s, name), name);
	}
	assert_ptr_equal(snapshot_intern(s, "filter"), first);
	assert_string_equal(snapshot_intern(s, ""), "");
}

static void *intern_many(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "name%d", i);
		if (!streq(snapshot_intern(arg, name), name))
			return arg;
	}
	return NULL;
}

static void threads_may_intern_at_once(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	pthread_t threads[4];

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, intern_many, s), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
}

static void links_are_found(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = two_namespaces();
	const struct ns *host = snapshot_ns(s, NS_HOST);

	assert_string_equal(ns_link(host, 5)->name, "veth0");
	assert_null(ns_link(host, 9));
	assert_int_equal(ns_link_by_name(host, "br0")->ifindex, 2);
	assert_null(ns_link_by_name(host, "br"));
	assert_string_equal(ns_ifname(host, 2).s, "br0");
	assert_string_equal(ns_ifname(host, 77).s, "if77");
}

static void addresses_are_found(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = two_namespaces();
	const struct ns *host = snapshot_ns(s, NS_HOST);
	struct addr own = address("192.168.0.1"), same_net = address("192.168.9.9");
	struct addr none = { 0 };

	assert_int_equal(ns_addr(host, &own)->ifindex, 2);
	assert_null(ns_addr(host, &same_net));
	assert_non_null(ns_addr_on(host, 2, AF_INET, &same_net));
	assert_non_null(ns_addr_on(host, 2, AF_INET, &none));
	assert_non_null(ns_addr_on(host, 2, AF_INET, NULL));
	assert_null(ns_addr_on(host, 5, AF_INET, NULL));
	own = address("10.0.0.1");
	assert_null(ns_addr_on(host, 2, AF_INET, &own));
	assert_string_equal(addr_text(&ns_addr_on(host, 2, AF_INET6, NULL)->prefix.addr).s,
			    "2001:db8::1");
}

static void neighbours_belong_to_an_interface(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = two_namespaces();
	struct addr a = address("192.168.0.2");

	assert_non_null(ns_neigh(snapshot_ns(s, 0), 2, &a));
	assert_null(ns_neigh(snapshot_ns(s, 0), 5, &a));
	assert_null(ns_neigh(snapshot_ns(s, 1), 2, &a));
}

static bool is_local(const struct snapshot *s, int ns, const char *text)
{
	struct addr a = address(text);

	return ns_is_local(snapshot_ns(s, ns), &a);
}

static struct listener listener_at(const char *text, bool v6only)
{
	struct listener l = { .v6only = v6only };

	assert_int_equal(addr_parse(text, &l.addr), 0);
	return l;
}

static void who_hears_whom(void **state)
{
	static const struct {
		const char *at, *dst;
		bool v6only, hears;
	} rows[] = {
		{ "0.0.0.0", "192.0.2.1", false, true },      { "0.0.0.0", "2001:db8::1", false, false },
		{ "::", "2001:db8::1", false, true },         { "::", "192.0.2.1", false, true },
		{ "::", "192.0.2.1", true, false },           { "::", "2001:db8::1", true, true },
		{ "2001:db8::1", "2001:db8::1", false, true }, { "2001:db8::1", "2001:db8::2", false, false },
		{ "192.0.2.1", "192.0.2.1", false, true },    { "127.0.0.1", "192.0.2.1", false, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct listener l = listener_at(rows[i].at, rows[i].v6only);
		struct addr dst = listener_at(rows[i].dst, false).addr;

		assert_int_equal(listener_hears(&l, &dst), rows[i].hears);
	}
}

static void local_is_what_the_local_table_says(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = two_namespaces();

	assert_true(is_local(s, 0, "192.168.0.1"));
	assert_true(is_local(s, 0, "127.0.0.1"));
	assert_true(is_local(s, 0, "::1"));
	assert_false(is_local(s, 0, "192.168.0.2"));
	/* without local routes of the family, the addresses have to do */
	assert_true(is_local(s, 0, "2001:db8::1"));
	assert_true(is_local(s, 1, "192.168.0.2"));
	/* `ip route add local 10.9.0.0/16 dev lo` */
	add_route(&s->ns.v[0], "10.9.0.0", 16, RT_TABLE_LOCAL, RTN_LOCAL, 1, SIZE_MAX);
	assert_true(is_local(s, 0, "10.9.8.7"));
	/* what a policy rule leads to for a transparent proxy does not make everything local */
	add_route(&s->ns.v[0], "0.0.0.0", 0, 100, RTN_LOCAL, 1, SIZE_MAX);
	assert_false(is_local(s, 0, "8.8.8.8"));
}

static void a_peer_is_found_through_the_nsid(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = two_namespaces();
	int ns = -7, ifindex = -7;

	assert_true(snapshot_peer(s, 0, 5, &ns, &ifindex));
	assert_int_equal(ns, 1);
	assert_int_equal(ifindex, 9);
	assert_true(snapshot_peer(s, 1, 9, &ns, &ifindex));
	assert_int_equal(ns, 0);
	assert_int_equal(ifindex, 5);
	ns = ifindex = -7;
	assert_false(snapshot_peer(s, 0, 2, &ns, &ifindex));
	assert_false(snapshot_peer(s, 0, 99, &ns, &ifindex));
	s->ns.v[0].links.v[2].peer_nsid = 44;
	assert_false(snapshot_peer(s, 0, 5, &ns, &ifindex));
	assert_int_equal(ns, -7);
	assert_int_equal(ifindex, -7);
	/* both ends in one namespace */
	s->ns.v[0].links.v[2].peer_nsid = -1;
	assert_true(snapshot_peer(s, 0, 5, &ns, &ifindex));
	assert_int_equal(ns, 0);
}

static void namespaces_are_found_by_inode(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = two_namespaces();

	assert_int_equal(snapshot_find(s, 200), 1);
	assert_int_equal(snapshot_find(s, 300), -1);
	assert_int_equal(snapshot_nsid(s, 1, 3), 0);
	assert_int_equal(snapshot_nsid(s, 1, -1), 1);
	assert_int_equal(snapshot_nsid(s, 1, 0), -1);
}

static void a_chain_knows_its_devices(void **state)
{
	struct nft_chain c = { .dev = "eth0" };

	assert_true(nft_chain_on(&c, "eth0"));
	assert_false(nft_chain_on(&c, "eth"));
	assert_false(nft_chain_on(&c, "eth01"));
	c.devs = "eth0 wl* br0";
	assert_true(nft_chain_on(&c, "eth0"));
	assert_true(nft_chain_on(&c, "br0"));
	assert_true(nft_chain_on(&c, "wlan7"));
	assert_false(nft_chain_on(&c, "eth1"));
	c.dev = c.devs = NULL;
	assert_false(nft_chain_on(&c, "eth0"));
}

static void a_copy_changes_on_its_own(void **state)
{
	struct snapshot *s = two_namespaces(), *copy = snapshot_copy(s);
	struct ns *ns = &copy->ns.v[0];

	assert_true(snapshot_same(s, copy));
	ns->links.v[0].mtu = 9000;
	vec_push(&ns->chains.v[0].rules, ((struct nft_rule){ .handle = 8 }));
	ns->routes.v[0].nh.oif = 5;
	ns->raw.n = 0;
	assert_int_equal(s->ns.v[0].links.v[0].mtu, 1500);
	assert_int_equal(s->ns.v[0].chains.v[0].rules.n, 1);
	assert_int_equal(s->ns.v[0].routes.v[0].nh.oif, 2);
	assert_int_equal(s->ns.v[0].raw.n, 3);
	assert_false(snapshot_same(s, copy));

	/* strings, rules and sets outlive the one they came from */
	snapshot_free(s);
	assert_string_equal(ns->chains.v[0].name, "FORWARD");
	assert_non_null(ns->chains.v[0].rules.v[0].nr);
	assert_int_equal(nftnl_set_get_u64(ns->sets.v[0].ns, NFTNL_SET_HANDLE), 5);
	snapshot_free(copy);
}

static void forgetting_moves_the_raw_messages_up(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = two_namespaces();
	struct ns *host = &s->ns.v[0];
	void *first = host->raw.v[1].msg;

	host->error[COLLECT_LINK] = -1;
	ns_forget(host, COLLECT_LINK);
	assert_int_equal(host->links.n, 0);
	assert_int_equal(host->error[COLLECT_LINK], 0);
	assert_int_equal(host->raw.n, 2);
	assert_ptr_equal(host->raw.v[0].msg, first);
	assert_int_equal(host->routes.v[0].raw, 0);
	assert_int_equal(host->routes.v[1].raw, 1);
	assert_true(host->rules.v[0].raw == SIZE_MAX);
	ns_forget(host, COLLECT_ROUTE);
	assert_int_equal(host->routes.n, 0);
	assert_int_equal(host->raw.n, 0);
	ns_forget(host, COLLECT_NFT);
	assert_int_equal(host->chains.n + host->tables.n + host->sets.n, 0);
	ns_forget(host, COLLECT_SYSCTL);
	assert_int_equal(host->bridge_nf_call_iptables, -1);
}

/* What changes, and whether that counts. */
#define CHANGE(name, statement)                             \
	static void name(struct snapshot *s, struct ns *ns) \
	{                                                   \
		statement;                                  \
	}

CHANGE(link_down, ns->links.v[2].flags &= ~(uint32_t)IFF_UP)
CHANGE(link_running, ns->links.v[2].flags |= IFF_RUNNING)
CHANGE(link_carrier, ns->links.v[2].carrier = true; ns->links.v[2].brport.state = 3)
CHANGE(link_operstate, ns->links.v[2].operstate = 6)
CHANGE(link_master, ns->links.v[2].master = 0)
CHANGE(link_mtu, ns->links.v[2].mtu = 1400)
CHANGE(link_mac, ns->links.v[2].mac[5] = 1)
CHANGE(link_name, ns->links.v[2].name[0] = 'x')
CHANGE(link_isolated, ns->links.v[2].brport.isolated = true)
CHANGE(link_state, ns->links.v[2].brport.state = 4)
CHANGE(link_rp_filter, ns->links.v[2].inet.rp_filter = 1)
CHANGE(link_medium_id, ns->links.v[2].inet.medium_id = 1)
CHANGE(link_peer, ns->links.v[2].peer = 10)
CHANGE(link_vlan, ns->links.v[1].vlan_filtering = true)
CHANGE(link_nf_call, ns->links.v[1].nf_call_iptables = true)
CHANGE(link_nf_call6, ns->links.v[1].nf_call_ip6tables = true)
CHANGE(link_gone, ns->links.n--)
CHANGE(link_order, struct link l = ns->links.v[0]; ns->links.v[0] = ns->links.v[1];
       ns->links.v[1] = l)
CHANGE(addr_len_changed, ns->addrs.v[0].prefix.len = 24)
CHANGE(addr_tentative, ns->addrs.v[0].flags |= 0x40)
CHANGE(addr_deprecated, ns->addrs.v[0].flags |= 0x20)
CHANGE(addr_gone, ns->addrs.n--)
CHANGE(route_gateway, ns->routes.v[0].nh.gateway = address("192.168.0.9"))
CHANGE(route_linkdown, ns->routes.v[0].nh.flags = RTNH_F_LINKDOWN | RTNH_F_DEAD)
CHANGE(route_metric, ns->routes.v[0].priority = 100)
CHANGE(route_added, add_route(ns, "10.0.0.0", 8, 254, RTN_UNICAST, 2, SIZE_MAX))
CHANGE(route_local, add_route(ns, "10.0.0.1", 32, RT_TABLE_LOCAL, RTN_LOCAL, 2, SIZE_MAX))
CHANGE(rule_mark, ns->rules.v[0].mark = 1)
CHANGE(rule_iif, ns->rules.v[0].iif[0] = 'x')
CHANGE(rule_target, ns->rules.v[0].target = 1)
CHANGE(neigh_state, ns->neighs.v[0].state = 32)
CHANGE(neigh_gone, ns->neighs.n = 0)
CHANGE(listener_new, vec_add(&ns->listeners))
CHANGE(table_dormant, ns->tables.v[0].flags = 1)
CHANGE(chain_policy, ns->chains.v[0].policy = 0)
CHANGE(chain_renamed, ns->chains.v[0].name = snapshot_intern(s, "forward"))
CHANGE(chain_devs, ns->chains.v[0].devs = snapshot_intern(s, "eth0"))
CHANGE(nft_rule_replaced, ns->chains.v[0].rules.v[0].handle = 9)
CHANGE(nft_rule_gone, ns->chains.v[0].rules.n = 0)
CHANGE(set_element, ns->sets.n = 0; add_set(s, ns, 0, 2))
CHANGE(set_again, ns->sets.n = 0; add_set(s, ns, 0, 1))
CHANGE(set_flags, ns->sets.n = 0; add_set(s, ns, NFT_SET_EVAL, 1))
CHANGE(legacy_table,
       vec_push(&ns->legacy_tables, ((struct legacy_table){ .family = AF_INET6, .name = "nat" })))
CHANGE(legacy_rule, ns->legacy.v[0].rules.v[0].print = 13)
CHANGE(legacy_rule_gone, ns->legacy.v[0].rules.n = 0)
CHANGE(legacy_counter, ns->legacy.v[0].rules.v[0].packets = 4)
CHANGE(all_forwarding, ns->all.forwarding = 1)
CHANGE(bridge_nf, ns->bridge_nf_call_iptables = 1)
CHANGE(echo_ignored, ns->icmp_echo_ignore_all = 1)
CHANGE(inode, ns->inode++)
CHANGE(raw_gone, ns->raw.n = 0)
CHANGE(error, ns->error[COLLECT_SOCK] = -1)

static const struct {
	const char *name;
	void (*change)(struct snapshot *s, struct ns *ns);
	bool same;
} changes[] = {
#define COUNTS(change) { #change, change, false }
#define DOES_NOT(change) { #change, change, true }
	COUNTS(link_down), DOES_NOT(link_running), DOES_NOT(link_carrier), DOES_NOT(link_operstate),
	COUNTS(link_master), COUNTS(link_mtu), COUNTS(link_mac), COUNTS(link_name),
	COUNTS(link_isolated), COUNTS(link_state), COUNTS(link_rp_filter), COUNTS(link_medium_id),
	COUNTS(link_peer), COUNTS(link_vlan), COUNTS(link_nf_call), COUNTS(link_nf_call6),
	COUNTS(link_gone), DOES_NOT(link_order),
	COUNTS(addr_len_changed), DOES_NOT(addr_tentative), COUNTS(addr_deprecated),
	COUNTS(addr_gone), COUNTS(route_gateway), DOES_NOT(route_linkdown), COUNTS(route_metric),
	COUNTS(route_added), DOES_NOT(route_local), COUNTS(rule_mark), COUNTS(rule_iif),
	COUNTS(rule_target), DOES_NOT(neigh_state), DOES_NOT(neigh_gone), DOES_NOT(listener_new),
	COUNTS(table_dormant), COUNTS(chain_policy), COUNTS(chain_renamed), COUNTS(chain_devs),
	COUNTS(nft_rule_replaced), COUNTS(nft_rule_gone), COUNTS(set_element), DOES_NOT(set_again),
	COUNTS(set_flags), COUNTS(legacy_table), COUNTS(legacy_rule),
	COUNTS(legacy_rule_gone), DOES_NOT(legacy_counter), COUNTS(all_forwarding), COUNTS(bridge_nf),
	COUNTS(echo_ignored), COUNTS(inode), DOES_NOT(raw_gone), DOES_NOT(error),
};

static void same_sees_what_counts(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		_cleanup_(snapshot_freep) struct snapshot *a = two_namespaces();
		_cleanup_(snapshot_freep) struct snapshot *b = two_namespaces();

		assert_true(snapshot_same(a, b));
		changes[i].change(b, &b->ns.v[0]);
		if (snapshot_same(a, b) != changes[i].same ||
		    snapshot_same(b, a) != changes[i].same)
			fail_msg("%s: same is %d", changes[i].name, !changes[i].same);
	}
}

static void rules_may_fill_their_sets(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *a = two_namespaces();
	_cleanup_(snapshot_freep) struct snapshot *b = two_namespaces();

	add_set(a, &a->ns.v[0], NFT_SET_EVAL, 1);
	add_set(b, &b->ns.v[0], NFT_SET_EVAL, 2);
	assert_true(snapshot_same(a, b));
}

static void another_namespace_is_a_difference(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *a = two_namespaces();
	_cleanup_(snapshot_freep) struct snapshot *b = two_namespaces();

	snapshot_add(b, "netns2", 300);
	assert_false(snapshot_same(a, b));
}

static void an_empty_snapshot_is_fine(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	_cleanup_(snapshot_freep) struct snapshot *copy = snapshot_copy(s);
	_cleanup_(snapshot_freep) struct snapshot *none = NULL;

	assert_true(snapshot_same(s, copy));
	assert_int_equal(snapshot_find(s, 1), -1);
}

static void a_gap_is_what_every_answer_rests_on(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	int ns = -1;

	snapshot_add(s, "host", 1);
	snapshot_add(s, "guest", 2);
	/* neither is needed by all answers: who needs it says that it is unchecked */
	s->ns.v[0].error[COLLECT_LEGACY] = -EPERM;
	s->ns.v[0].error[COLLECT_SYSCTL] = -EMFILE;
	assert_int_equal(snapshot_gap(s, &ns), 0);
	s->ns.v[1].error[COLLECT_ROUTE] = -ENOBUFS;
	assert_int_equal(snapshot_gap(s, &ns), -ENOBUFS);
	assert_int_equal(ns, 1);
	s->ns.v[0].error[COLLECT_ADDR] = -EINTR;
	assert_int_equal(snapshot_gap(s, &ns), -EINTR);
	assert_int_equal(ns, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_kept_once),
		cmocka_unit_test(threads_may_intern_at_once),
		cmocka_unit_test(links_are_found),
		cmocka_unit_test(addresses_are_found),
		cmocka_unit_test(neighbours_belong_to_an_interface),
		cmocka_unit_test(who_hears_whom),
		cmocka_unit_test(local_is_what_the_local_table_says),
		cmocka_unit_test(a_peer_is_found_through_the_nsid),
		cmocka_unit_test(namespaces_are_found_by_inode),
		cmocka_unit_test(a_chain_knows_its_devices),
		cmocka_unit_test(a_copy_changes_on_its_own),
		cmocka_unit_test(forgetting_moves_the_raw_messages_up),
		cmocka_unit_test(same_sees_what_counts),
		cmocka_unit_test(rules_may_fill_their_sets),
		cmocka_unit_test(another_namespace_is_a_difference),
		cmocka_unit_test(an_empty_snapshot_is_fine),
		cmocka_unit_test(a_gap_is_what_every_answer_rests_on),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
