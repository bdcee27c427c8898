/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "op.h"

/*
 *   host: br0 192.168.0.1/16 (veth0, veth1), eth0 10.0.0.5/24, eth1.100
 *   netns1: ceth0 192.168.0.2/16, peer of veth0
 */
enum {
	HOST = 0,
	NETNS1 = 1,
	EVIL = 2,
	BR0 = 3,
	VETH0 = 4,
	VETH1 = 5,
	ETH0 = 6,
	VLAN = 7,
	CETH0 = 2,
};

static struct addr address(const char *text)
{
	struct addr a = { 0 };

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static struct prefix prefix(const char *text, uint8_t len)
{
	return (struct prefix){ .addr = address(text), .len = len };
}

static struct link *add_link(struct snapshot *s, int ns, int ifindex, const char *name,
			     const char *kind)
{
	struct link *l = vec_add(&s->ns.v[ns].links);

	l->ifindex = ifindex;
	str_copy(l->name, sizeof(l->name), name);
	str_copy(l->kind, sizeof(l->kind), kind);
	l->flags = IFF_UP | IFF_RUNNING;
	l->carrier = true;
	l->mtu = 1500;
	l->peer_nsid = -1;
	l->inet.known = true;
	return l;
}

static void add_port(struct snapshot *s, int ifindex, const char *name)
{
	struct link *l = add_link(s, HOST, ifindex, name, "veth");

	l->master = BR0;
	l->brport = (struct brport){ .is_port = true, .state = BR_STATE_FORWARDING };
}

static void add_addr(struct snapshot *s, int ns, int ifindex, const char *text, uint8_t len)
{
	struct op op = {
		.kind = OP_ADDR_ADD, .ns = ns, .ifindex = ifindex, .prefix = prefix(text, len),
	};

	assert_int_equal(op_model(s, &op), 0);
}

static struct snapshot *example(void)
{
	struct snapshot *s = snapshot_new();

	assert_int_equal(snapshot_add(s, "host", 100), HOST);
	assert_int_equal(snapshot_add(s, "netns1", 101), NETNS1);
	assert_int_equal(snapshot_add(s, "netns:102", 102), EVIL);
	for (int i = 0; i < 3; i++)
		s->ns.v[i].dev = 4;
	s->ns.v[NETNS1].named = true;
	s->ns.v[NETNS1].path = snapshot_intern(s, "/run/netns/netns1");
	s->ns.v[EVIL].path = snapshot_intern(s, "/run/my ns/it's");
	s->ns.v[HOST].all.known = true;
	s->ns.v[HOST].all.accept_redirects = 1; /* as the kernel has it while it does not forward */

	add_link(s, HOST, BR0, "br0", "bridge");
	add_port(s, VETH0, "veth0");
	add_port(s, VETH1, "veth1");
	add_link(s, HOST, ETH0, "eth0", "");
	add_link(s, HOST, VLAN, "eth1.100", "vlan");
	add_link(s, NETNS1, CETH0, "ceth0", "veth");
	add_link(s, EVIL, CETH0, "-x;\033[2J'", "veth");

	s->ns.v[HOST].links.v[1].peer = CETH0;
	s->ns.v[HOST].links.v[1].peer_nsid = 7;
	vec_push(&s->ns.v[HOST].nsids, ((struct nsid){ .nsid = 7, .ns = NETNS1 }));
	s->ns.v[NETNS1].links.v[0].peer = VETH0;
	s->ns.v[NETNS1].links.v[0].peer_nsid = 3;
	vec_push(&s->ns.v[NETNS1].nsids, ((struct nsid){ .nsid = 3, .ns = HOST }));

	add_addr(s, HOST, BR0, "192.168.0.1", 16);
	add_addr(s, HOST, ETH0, "10.0.0.5", 24);
	add_addr(s, NETNS1, CETH0, "192.168.0.2", 16);
	return s;
}

static int setup(void **state)
{
	*state = example();
	return 0;
}

static int teardown(void **state)
{
	snapshot_free(*state);
	return 0;
}

static struct link *link_in(struct snapshot *s, int ns, int ifindex)
{
	struct link *l = (struct link *)ns_link(&s->ns.v[ns], ifindex);

	assert_non_null(l);
	return l;
}

/* --- commands ------------------------------------------------------------- */

static void assert_lines(const op_strings *lines, const char *expected)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	vec_each(line, lines)
		strbuf_printf(&b, "%s%s", line == lines->v ? "" : "\n", *line);
	assert_string_equal(strbuf_str(&b), expected);
}

/* What it writes for op: commands, undo, persist; several lines joined by \n. */
static void assert_commands(const struct snapshot *s, const struct op *op, const char *commands,
			    const char *undo, const char *persist)
{
	op_strings lines = { 0 };

	op_commands(s, op, &lines);
	assert_lines(&lines, commands);
	op_strings_free(&lines);
	op_undo_commands(s, op, &lines);
	assert_lines(&lines, undo);
	op_strings_free(&lines);
	op_persist(s, op, &lines);
	assert_lines(&lines, persist);
	op_strings_free(&lines);
}

static void sysctl_commands(void **state)
{
	struct op op = { .kind = OP_SYSCTL, .sysctl = "net.ipv4.ip_forward", .value = 1 };
	struct snapshot *s = *state;

	assert_commands(s, &op, "sysctl -w net.ipv4.ip_forward=1", "sysctl -w "
		"net.ipv4.ip_forward=0",
			"echo net.ipv4.ip_forward=1 > /etc/sysctl.d/60-ip-forward.conf");
	op.ns = NETNS1;
	assert_commands(s, &op, "ip netns exec netns1 sysctl -w net.ipv4.ip_forward=1",
			"ip netns exec netns1 sysctl -w net.ipv4.ip_forward=0",
			"put it into what creates the network: "
			"ip netns exec netns1 sysctl -w net.ipv4.ip_forward=1");
	op.ns = HOST;
	op.sysctl = "net.ipv4.conf.eth1.100.rp_filter";
	op.value = 2;
	op.old = 1;
	assert_commands(s, &op, "sysctl -w net.ipv4.conf.eth1/100.rp_filter=2",
			"sysctl -w net.ipv4.conf.eth1/100.rp_filter=1",
			"echo net.ipv4.conf.eth1/100.rp_filter=2 > "
			"/etc/sysctl.d/60-conf-eth1-100-rp-filter.conf");
}

/* Switching off for all switches off those, too, that were on before. */
static void forwarding_undo_remembers(void **state)
{
	struct op op = { .kind = OP_SYSCTL, .sysctl = "net.ipv4.ip_forward", .value = 1 };
	struct snapshot *s = *state;
	op_strings lines = { 0 };

	link_in(s, HOST, VLAN)->inet.forwarding = 1;
	op_undo_commands(s, &op, &lines);
	assert_lines(&lines, "sysctl -w net.ipv4.ip_forward=0\n"
			     "sysctl -w net.ipv4.conf.eth1/100.forwarding=1");
	op_strings_free(&lines);
	/* a hardened host accepts no redirects, whatever ip_forward is */
	s->ns.v[HOST].all.accept_redirects = 0;
	op_undo_commands(s, &op, &lines);
	assert_lines(&lines, "sysctl -w net.ipv4.ip_forward=0\n"
			     "sysctl -w net.ipv4.conf.all.accept_redirects=0\n"
			     "sysctl -w net.ipv4.conf.eth1/100.forwarding=1");
	op_strings_free(&lines);
	assert_int_equal(op_model(s, &op), 0);
	op_undo_commands(s, &op, &lines);
	assert_lines(&lines, "sysctl -w net.ipv4.ip_forward=0");
	op_strings_free(&lines);
}

static void sysctl_paths(void **state)
{
	static const struct {
		const char *name, *path;
	} cases[] = {
		{ "net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward" },
		{ "net.ipv4.conf.eth0.rp_filter", "/proc/sys/net/ipv4/conf/eth0/rp_filter" },
		{ "net.ipv4.conf.eth0.1.2.rp_filter",
			"/proc/sys/net/ipv4/conf/eth0.1.2/rp_filter" },
		{ "net.ipv4.conf.eth0/1.rp_filter", "/proc/sys/net/ipv4/conf/eth0.1/rp_filter" },
		{ "net.ipv4.conf.a=b.rp_filter", "/proc/sys/net/ipv4/conf/a=b/rp_filter" },
		{ "net.ipv6.conf.all.forwarding", "/proc/sys/net/ipv6/conf/all/forwarding" },
		{ "net.bridge.bridge-nf-call-iptables",
		  "/proc/sys/net/bridge/bridge-nf-call-iptables" },
		{ "net.ipv4.conf.", "/proc/sys/net/ipv4/conf/" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(freep) char *path = op_sysctl_path(cases[i].name);

		assert_string_equal(path, cases[i].path);
	}
}

static void link_commands(void **state)
{
	struct op up = { .kind = OP_LINK_UP, .ifindex = BR0 };
	struct op arp = { .kind = OP_LINK_ARP, .ns = NETNS1, .ifindex = CETH0 };
	struct op mtu = { .kind = OP_LINK_MTU, .ifindex = VETH0, .value = 1500, .old = 1280 };

	assert_commands(*state, &up, "ip link set dev br0 up", "ip link set dev br0 down",
			"put it into what creates the network: ip link set dev br0 up");
	assert_commands(*state, &arp, "ip -n netns1 link set dev ceth0 arp on",
			"ip -n netns1 link set dev ceth0 arp off",
			"put it into what creates the network: "
			"ip -n netns1 link set dev ceth0 arp on");
	assert_commands(*state, &mtu, "ip link set dev veth0 mtu 1500",
			"ip link set dev veth0 mtu 1280",
			"put it into what creates the network: ip link set dev veth0 mtu 1500");
	up.ifindex = 99;
	assert_commands(*state, &up, "ip link set dev if99 up", "ip link set dev if99 down",
			"put it into what creates the network: ip link set dev if99 up");
}

static void port_commands(void **state)
{
	struct op join = { .kind = OP_LINK_MASTER, .ifindex = ETH0, .value = BR0 };
	struct op move = { .kind = OP_LINK_MASTER, .ifindex = ETH0, .value = BR0, .old = VLAN };
	struct op port = { .kind = OP_PORT_STATE, .ifindex = VETH0, .value = 3, .old = 1 };
	struct op isolated = { .kind = OP_PORT_ISOLATED, .ifindex = VETH0, .old = 1 };

	assert_commands(*state, &join, "ip link set dev eth0 master br0",
			"ip link set dev eth0 nomaster",
			"put it into what creates the network: ip link set dev eth0 master br0");
	assert_commands(*state, &move, "ip link set dev eth0 master br0",
			"ip link set dev eth0 master eth1.100",
			"put it into what creates the network: ip link set dev eth0 master br0");
	assert_commands(*state, &port, "bridge link set dev veth0 state 3",
			"bridge link set dev veth0 state 1",
			"put it into what creates the network: bridge link set dev veth0 state 3");
	assert_commands(*state, &isolated, "bridge link set dev veth0 isolated off",
			"bridge link set dev veth0 isolated on",
			"put it into what creates the network: "
			"bridge link set dev veth0 isolated off");
}

static void addr_commands(void **state)
{
	struct op op = {
		.kind = OP_ADDR_ADD, .ifindex = BR0, .prefix = prefix("192.168.0.1", 16),
	};

	assert_commands(*state, &op, "ip addr add 192.168.0.1/16 dev br0",
			"ip addr del 192.168.0.1/16 dev br0",
			"put it into what creates the network: ip addr add 192.168.0.1/16 dev br0");
}

static void route_commands(void **state)
{
	static const char gone[] = "remove it from what configures the network, or it comes back";
	struct op add = {
		.kind = OP_ROUTE_ADD,
		.ns = NETNS1,
		.route = { .dst = prefix("0.0.0.0", 0), .nh.gateway = address("192.168.0.1") },
	};
	struct op del = {
		.kind = OP_ROUTE_DEL,
		.route = {
			.dst = prefix("8.8.8.8", 32),
			.table = 254,
			.type = RTN_BLACKHOLE,
			.protocol = RTPROT_STATIC,
		},
	};

	assert_commands(*state, &add, "ip -n netns1 route add default via 192.168.0.1",
			"ip -n netns1 route del default via 192.168.0.1",
			"put it into what creates the network: "
			"ip -n netns1 route add default via 192.168.0.1");
	assert_commands(*state, &del, "ip route del blackhole 8.8.8.8 proto 4",
			"ip route add blackhole 8.8.8.8 proto 4", gone);
	del.route = (struct route){
		.dst = prefix("10.1.0.0", 16),
		.table = 100,
		.priority = 50,
		.type = RTN_UNICAST,
		.protocol = RTPROT_BOOT,
		.scope = RT_SCOPE_LINK,
		.prefsrc = address("10.0.0.5"),
		.nh = { .oif = ETH0 },
		.mtu = 1400,
	};
	assert_commands(*state, &del,
			"ip route del 10.1.0.0/16 dev eth0 table 100 metric 50 src 10.0.0.5 mtu "
			"1400",
			"ip route add 10.1.0.0/16 dev eth0 table 100 metric 50 src 10.0.0.5 mtu "
			"1400",
			gone);
	del.route = (struct route){
		.dst = prefix("2001:db8::", 32),
		.table = 254,
		.type = RTN_UNICAST,
		.nh = { .oif = ETH0, .gateway = address("fe80::1") },
	};
	assert_commands(*state, &del, "ip -6 route del 2001:db8::/32 via fe80::1 dev eth0",
			"ip -6 route add 2001:db8::/32 via fe80::1 dev eth0", gone);
}

static void rule_commands(void **state)
{
	static const char gone[] = "remove it from what configures the network, or it comes back";
	struct op op = {
		.kind = OP_RULE_DEL,
		.ns = NETNS1,
		.rule = {
			.family = AF_INET,
			.action = FR_ACT_UNREACHABLE,
			.priority = 100,
			.src = prefix("192.168.0.2", 32),
			.mark = 1,
			.mask = 0xff,
			.iif = "eth 0",
			.suppress_prefixlen = -1,
		},
	};

	assert_commands(*state, &op,
			"ip -n netns1 rule del pref 100 from 192.168.0.2/32 fwmark 0x1/0xff "
			"iif 'eth 0' unreachable",
			"ip -n netns1 rule add pref 100 from 192.168.0.2/32 fwmark 0x1/0xff "
			"iif 'eth 0' unreachable",
			gone);
}

static void neigh_commands(void **state)
{
	struct op op = {
		.kind = OP_NEIGH_DEL,
		.ns = NETNS1,
		.ifindex = CETH0,
		.neigh = {
			.ifindex = CETH0,
			.addr = address("192.168.0.1"),
			.mac = { 2, 0, 0, 0xab, 0, 1 },
			.mac_len = 6,
			.state = NUD_PERMANENT,
		},
	};

	assert_commands(*state, &op,
			"ip -n netns1 neigh del 192.168.0.1 lladdr 02:00:00:ab:00:01 dev ceth0",
			"ip -n netns1 neigh replace 192.168.0.1 lladdr 02:00:00:ab:00:01 dev ceth0 "
			"nud permanent",
			"remove it from what configures the network, or it comes back");
	op.neigh.state = NUD_STALE;
	assert_commands(*state, &op,
			"ip -n netns1 neigh del 192.168.0.1 lladdr 02:00:00:ab:00:01 dev ceth0",
			"ip -n netns1 neigh replace 192.168.0.1 lladdr 02:00:00:ab:00:01 dev ceth0 "
			"nud stale",
			"");
}

static void conntrack_commands(void **state)
{
	struct op op = {
		.kind = OP_CT_DELETE,
		.prefix = prefix("192.168.0.2", 32),
		.match.dst = prefix("8.8.8.8", 32),
	};

	assert_commands(*state, &op, "conntrack -D -s 192.168.0.2 -d 8.8.8.8", "", "");
	op.match.dst = (struct prefix){ 0 };
	op.ns = NETNS1;
	assert_commands(*state, &op, "ip netns exec netns1 conntrack -D -s 192.168.0.2", "", "");
}

/* Names come from containers: nothing of them reaches the shell or the terminal as itself. */
static void hostile_names_are_quoted(void **state)
{
	struct op up = { .kind = OP_LINK_UP, .ns = EVIL, .ifindex = CETH0 };
	struct op sysctl = { .kind = OP_SYSCTL, .sysctl = "net.ipv4.conf.$(reboot).forwarding" };
	op_strings lines = { 0 };

	op_commands(*state, &up, &lines);
	op_commands(*state, &sysctl, &lines);
	assert_lines(&lines, "nsenter '--net=/run/my ns/it'\\''s' ip link set dev "
			     "$'-x;\\033[2J\\'' up\n"
			     "sysctl -w 'net.ipv4.conf.$(reboot).forwarding=0'");
	op_strings_free(&lines);
}

static void words(void **state)
{
	static const struct {
		const char *word, *quoted;
	} cases[] = {
		{ "eth0.100@if5", "eth0.100@if5" },
		{ "", "''" },
		{ "a b", "'a b'" },
		{ "a'b", "'a'\\''b'" },
		{ "a\\b", "'a\\b'" },
		{ "a\\\nb", "$'a\\\\\\012b'" },
		{ "\xc3\xa9", "$'\\303\\251'" },
		{ "~root", "'~root'" },
		{ "a=*", "'a=*'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(strbuf_done) struct strbuf b = { 0 };

		op_shell_word(&b, cases[i].word);
		assert_string_equal(strbuf_str(&b), cases[i].quoted);
	}
}

/* --- the model ------------------------------------------------------------ */

static const struct route *route_to(const struct snapshot *s, int ns, const char *dst, uint8_t len)
{
	struct prefix p = prefix(dst, len);

	vec_each(r, &s->ns.v[ns].routes)
		if (prefix_eq(&r->dst, &p))
			return r;
	return NULL;
}

static void model_forwarding_writes_all(void **state)
{
	struct op op = { .kind = OP_SYSCTL, .sysctl = "net.ipv4.ip_forward", .value = 1 };
	struct snapshot *s = *state;

	assert_int_equal(op_model(s, &op), 0);
	assert_int_equal(s->ns.v[HOST].all.forwarding, 1);
	vec_each(l, &s->ns.v[HOST].links)
		assert_int_equal(l->inet.forwarding, 1);
	assert_int_equal(link_in(s, NETNS1, CETH0)->inet.forwarding, 0);
	assert_int_equal(s->ns.v[NETNS1].all.forwarding, 0);
}

static void model_sysctl_of_one_interface(void **state)
{
	struct op op = { .kind = OP_SYSCTL, .value = 2 };
	struct snapshot *s = *state;

	op.sysctl = "net.ipv4.conf.eth1.100.rp_filter";
	assert_int_equal(op_model(s, &op), 0);
	assert_int_equal(link_in(s, HOST, VLAN)->inet.rp_filter, 2);
	assert_int_equal(link_in(s, HOST, ETH0)->inet.rp_filter, 0);
	assert_int_equal(s->ns.v[HOST].all.rp_filter, 0);
	op.sysctl = "net.ipv4.conf.all.rp_filter";
	assert_int_equal(op_model(s, &op), 0);
	assert_int_equal(s->ns.v[HOST].all.rp_filter, 2);
	assert_int_equal(link_in(s, HOST, ETH0)->inet.rp_filter, 0);
	op.sysctl = "net.ipv4.conf.gone.rp_filter";
	assert_int_equal(op_model(s, &op), -ENOENT);
	op.sysctl = "net.bridge.bridge-nf-call-iptables";
	assert_int_equal(op_model(s, &op), 0);
	assert_int_equal(s->ns.v[HOST].bridge_nf_call_iptables, 2);
}

/* As it is after "ip link set ceth0 down" in netns1. */
static void take_ceth0_down(struct snapshot *s)
{
	struct link *ceth0 = link_in(s, NETNS1, CETH0), *veth0 = link_in(s, HOST, VETH0);
	struct ns *ns = &s->ns.v[NETNS1];

	ceth0->flags &= ~(uint32_t)(IFF_UP | IFF_RUNNING);
	ceth0->carrier = veth0->carrier = false;
	veth0->brport.state = BR_STATE_DISABLED;
	for (size_t i = ns->routes.n; i-- > 0;)
		if (ns->routes.v[i].type != RTN_LOCAL)
			vec_remove(&ns->routes, i);
	vec_each(r, &s->ns.v[HOST].routes)
		if (r->nh.oif == VETH0)
			r->nh.flags |= RTNH_F_LINKDOWN;
}

static void model_link_up_brings_routes_and_peer(void **state)
{
	struct op op = { .kind = OP_LINK_UP, .ns = NETNS1, .ifindex = CETH0 };
	struct snapshot *s = *state;
	const struct route *r;
	size_t routes = s->ns.v[NETNS1].routes.n;

	add_addr(s, HOST, VETH0, "10.9.0.1", 24);
	take_ceth0_down(s);
	assert_null(route_to(s, NETNS1, "192.168.0.0", 16));
	assert_non_null(route_to(s, NETNS1, "192.168.0.2", 32));

	assert_int_equal(op_model(s, &op), 0);
	assert_true(link_in(s, NETNS1, CETH0)->carrier);
	assert_true(link_in(s, NETNS1, CETH0)->flags & IFF_UP);
	assert_true(link_in(s, HOST, VETH0)->carrier);
	assert_int_equal(link_in(s, HOST, VETH0)->brport.state, BR_STATE_FORWARDING);
	assert_int_equal(route_to(s, HOST, "10.9.0.0", 24)->nh.flags, 0);
	assert_int_equal(s->ns.v[NETNS1].routes.n, routes);
	r = route_to(s, NETNS1, "192.168.0.0", 16);
	assert_non_null(r);
	assert_int_equal(r->scope, RT_SCOPE_LINK);
	assert_int_equal(r->table, RT_TABLE_MAIN);
	assert_int_equal(r->protocol, RTPROT_KERNEL);
	assert_int_equal(r->nh.oif, CETH0);
	assert_string_equal(addr_text(&r->prefsrc).s, "192.168.0.2");
	assert_non_null(route_to(s, NETNS1, "192.168.255.255", 32));
}

static void model_link_up_without_peer_has_no_carrier(void **state)
{
	struct op up = { .kind = OP_LINK_UP, .ns = NETNS1, .ifindex = CETH0 };
	struct op peer_up = { .kind = OP_LINK_UP, .ifindex = VETH0 };
	struct snapshot *s = *state;

	take_ceth0_down(s);
	link_in(s, HOST, VETH0)->flags &= ~(uint32_t)IFF_UP;
	assert_int_equal(op_model(s, &up), 0);
	assert_false(link_in(s, NETNS1, CETH0)->carrier);
	assert_int_equal(route_to(s, NETNS1, "192.168.0.0", 16)->nh.flags, RTNH_F_LINKDOWN);
	assert_int_equal(op_model(s, &peer_up), 0);
	assert_true(link_in(s, NETNS1, CETH0)->carrier);
	assert_int_equal(route_to(s, NETNS1, "192.168.0.0", 16)->nh.flags, 0);
	assert_int_equal(link_in(s, HOST, VETH0)->brport.state, BR_STATE_FORWARDING);
}

static void model_bridge_up(void **state)
{
	struct op up = { .kind = OP_LINK_UP, .ifindex = BR0 };
	struct snapshot *s = *state;
	struct link *br0 = link_in(s, HOST, BR0);

	br0->flags &= ~(uint32_t)IFF_UP;
	br0->carrier = false;
	link_in(s, HOST, VETH0)->brport.state = BR_STATE_DISABLED;
	link_in(s, HOST, VETH1)->brport.state = BR_STATE_DISABLED;
	link_in(s, HOST, VETH1)->flags &= ~(uint32_t)IFF_UP;
	assert_int_equal(op_model(s, &up), 0);
	assert_true(br0->carrier);
	assert_int_equal(link_in(s, HOST, VETH0)->brport.state, BR_STATE_FORWARDING);
	assert_int_equal(link_in(s, HOST, VETH1)->brport.state, BR_STATE_DISABLED);
}

static void model_bridge_without_ports_has_no_carrier(void **state)
{
	struct op up = { .kind = OP_LINK_UP, .ifindex = BR0 };
	struct op join = { .kind = OP_LINK_MASTER, .ifindex = VETH0, .value = BR0 };
	struct snapshot *s = *state;
	struct link *br0 = link_in(s, HOST, BR0);

	br0->flags &= ~(uint32_t)IFF_UP;
	br0->carrier = false;
	link_in(s, HOST, VETH0)->master = link_in(s, HOST, VETH1)->master = 0;
	assert_int_equal(op_model(s, &up), 0);
	assert_false(br0->carrier);
	assert_int_equal(route_to(s, HOST, "192.168.0.0", 16)->nh.flags, RTNH_F_LINKDOWN);
	assert_int_equal(op_model(s, &join), 0);
	assert_true(br0->carrier);
	assert_int_equal(link_in(s, HOST, VETH0)->master, BR0);
	assert_true(link_in(s, HOST, VETH0)->brport.is_port);
	assert_int_equal(link_in(s, HOST, VETH0)->brport.state, BR_STATE_FORWARDING);
	assert_int_equal(route_to(s, HOST, "192.168.0.0", 16)->nh.flags, 0);
}

static void model_master_refuses(void **state)
{
	struct op op = { .kind = OP_LINK_MASTER, .ifindex = VETH0, .value = ETH0 };

	assert_int_equal(op_model(*state, &op), -EINVAL);
	op.value = 77;
	assert_int_equal(op_model(*state, &op), -ENODEV);
}

static void model_arp_and_neighbours(void **state)
{
	struct op arp = { .kind = OP_LINK_ARP, .ns = NETNS1, .ifindex = CETH0 };
	struct op del = { .kind = OP_NEIGH_DEL, .ns = NETNS1, .ifindex = CETH0 };
	struct snapshot *s = *state;
	struct neigh *n = vec_add(&s->ns.v[NETNS1].neighs);

	n->ifindex = CETH0;
	n->addr = address("192.168.0.1");
	del.neigh = *n;
	link_in(s, NETNS1, CETH0)->flags |= IFF_NOARP;
	assert_int_equal(op_model(s, &arp), 0);
	assert_false(link_in(s, NETNS1, CETH0)->flags & IFF_NOARP);
	assert_int_equal(s->ns.v[NETNS1].neighs.n, 0);
	assert_int_equal(op_model(s, &del), -ENOENT);
	vec_push(&s->ns.v[NETNS1].neighs, del.neigh);
	assert_int_equal(op_model(s, &del), 0);
	assert_int_equal(s->ns.v[NETNS1].neighs.n, 0);
}

static void model_mtu_takes_the_bridge_along(void **state)
{
	struct op op = { .kind = OP_LINK_MTU, .ifindex = VETH0, .value = 1500 };
	struct snapshot *s = *state;

	link_in(s, HOST, VETH0)->mtu = link_in(s, HOST, BR0)->mtu = 1300;
	assert_int_equal(op_model(s, &op), 0);
	assert_int_equal(link_in(s, HOST, VETH0)->mtu, 1500);
	assert_int_equal(link_in(s, HOST, BR0)->mtu, 1500);
	/* but not one that somebody has set */
	link_in(s, HOST, BR0)->mtu = 1280;
	op.value = 1400;
	assert_int_equal(op_model(s, &op), 0);
	assert_int_equal(link_in(s, HOST, BR0)->mtu, 1280);
	op.value = 60;
	assert_int_equal(op_model(s, &op), -EINVAL);
}

static void model_ports(void **state)
{
	struct op port = { .kind = OP_PORT_STATE, .ifindex = VETH0, .value = BR_STATE_FORWARDING };
	struct op isolated = { .kind = OP_PORT_ISOLATED, .ifindex = VETH0, .value = 0 };
	struct snapshot *s = *state;

	link_in(s, HOST, VETH0)->brport.state = BR_STATE_LISTENING;
	link_in(s, HOST, VETH0)->brport.isolated = true;
	assert_int_equal(op_model(s, &port), 0);
	assert_int_equal(link_in(s, HOST, VETH0)->brport.state, BR_STATE_FORWARDING);
	assert_int_equal(op_model(s, &isolated), 0);
	assert_false(link_in(s, HOST, VETH0)->brport.isolated);
	link_in(s, HOST, VETH0)->carrier = false;
	assert_int_equal(op_model(s, &port), -ENETDOWN);
	port.ifindex = isolated.ifindex = ETH0;
	assert_int_equal(op_model(s, &port), -EINVAL);
	assert_int_equal(op_model(s, &isolated), -EINVAL);
}

static void model_address(void **state)
{
	struct op op = { .kind = OP_ADDR_ADD, .ifindex = ETH0, .prefix = prefix("10.7.0.1", 24) };
	struct snapshot *s = *state;
	size_t n = s->ns.v[HOST].routes.n;

	assert_int_equal(op_model(s, &op), 0);
	assert_int_equal(s->ns.v[HOST].routes.n, n + 3);
	assert_int_equal(route_to(s, HOST, "10.7.0.1", 32)->type, RTN_LOCAL);
	assert_int_equal(route_to(s, HOST, "10.7.0.1", 32)->table, RT_TABLE_LOCAL);
	assert_int_equal(route_to(s, HOST, "10.7.0.0", 24)->type, RTN_UNICAST);
	assert_int_equal(route_to(s, HOST, "10.7.0.255", 32)->type, RTN_BROADCAST);
	assert_int_equal(op_model(s, &op), -EEXIST);
	/* the second one of a subnet brings its local entry only */
	op.prefix = prefix("10.7.0.2", 24);
	assert_int_equal(op_model(s, &op), 0);
	assert_int_equal(s->ns.v[HOST].routes.n, n + 4);
	/* a host address has neither network nor broadcast */
	op.prefix = prefix("10.8.0.1", 32);
	assert_int_equal(op_model(s, &op), 0);
	assert_int_equal(s->ns.v[HOST].routes.n, n + 5);
}

static void model_route_needs_its_gateway_on_link(void **state)
{
	struct op op = {
		.kind = OP_ROUTE_ADD,
		.ns = NETNS1,
		.route = { .dst = prefix("0.0.0.0", 0), .nh.gateway = address("192.168.0.1") },
	};
	struct snapshot *s = *state;
	const struct route *r;

	assert_int_equal(op_model(s, &op), 0);
	r = route_to(s, NETNS1, "0.0.0.0", 0);
	assert_int_equal(r->nh.oif, CETH0);
	assert_int_equal(r->table, RT_TABLE_MAIN);
	assert_int_equal(r->type, RTN_UNICAST);
	assert_int_equal(r->scope, RT_SCOPE_UNIVERSE);
	assert_int_equal(r->nexthops, 1);
	assert_true(r->raw == SIZE_MAX);
	assert_int_equal(op_model(s, &op), -EEXIST);

	op.route.dst = prefix("10.0.0.0", 8);
	op.route.nh.gateway = address("172.16.0.1");
	/* the default route does not make it on link */
	assert_int_equal(op_model(s, &op), -ENETUNREACH);
	op.route.nh.gateway = address("192.168.0.2");
	assert_int_equal(op_model(s, &op), -EINVAL);
	op.route.nh.gateway = address("192.168.0.1");
	link_in(s, NETNS1, CETH0)->flags &= ~(uint32_t)IFF_UP;
	assert_int_equal(op_model(s, &op), -ENETDOWN);
}

static void model_route_del(void **state)
{
	struct op add = {
		.kind = OP_ROUTE_ADD,
		.route = { .dst = prefix("8.8.8.8", 32), .type = RTN_BLACKHOLE },
	};
	struct op del = {
		.kind = OP_ROUTE_DEL,
		.route = {
			.dst = prefix("8.8.8.8", 32), .type = RTN_BLACKHOLE, .table = RT_TABLE_MAIN,
		},
	};
	struct snapshot *s = *state;
	size_t n = s->ns.v[HOST].routes.n;

	assert_int_equal(op_model(s, &add), 0);
	assert_int_equal(s->ns.v[HOST].routes.n, n + 1);
	assert_int_equal(op_model(s, &del), 0);
	assert_int_equal(s->ns.v[HOST].routes.n, n);
	assert_int_equal(op_model(s, &del), -ESRCH);
}

static void model_rule_del(void **state)
{
	struct fib_rule prohibit = { .family = AF_INET, .priority = 10, .action = FR_ACT_PROHIBIT };
	struct op op = { .kind = OP_RULE_DEL, .rule = prohibit };
	struct snapshot *s = *state;

	vec_push(&s->ns.v[HOST].rules, prohibit);
	s->ns.v[HOST].rules.v[0].raw = 5;
	op.rule.priority = 11;
	assert_int_equal(op_model(s, &op), -ENOENT);
	op.rule.priority = 10;
	assert_int_equal(op_model(s, &op), 0);
	assert_int_equal(s->ns.v[HOST].rules.n, 0);
}

/* --- the journal's lines -------------------------------------------------- */

static void assert_round_trip(struct snapshot *s, const struct op *op, const char *expected)
{
	_cleanup_(strbuf_done) struct strbuf first = { 0 }, second = { 0 };
	struct op back;

	op_serialize(s, op, &first);
	assert_string_equal(strbuf_str(&first), expected);
	assert_int_equal(op_parse(s, strbuf_str(&first), &back), 0);
	assert_int_equal(back.kind, op->kind);
	assert_int_equal(back.ns, op->ns);
	op_serialize(s, &back, &second);
	assert_string_equal(strbuf_str(&second), expected);
}

static void lines_round_trip(void **state)
{
	struct op sysctl = { .kind = OP_SYSCTL, .sysctl = "net.ipv4.conf.a%\x1b.rp_filter",
			     .value = 2, .old = -1 };
	struct op up = { .kind = OP_LINK_UP, .ns = NETNS1, .ifindex = CETH0 };
	struct op route = {
		.kind = OP_ROUTE_ADD,
		.ns = NETNS1,
		.ifindex = 77,
		.route = { .dst = prefix("0.0.0.0", 0), .nh.gateway = address("192.168.0.1") },
	};
	struct op rule = {
		.kind = OP_RULE_DEL,
		.rule = { .family = AF_INET, .priority = 10, .iif = "a b", .suppress_prefixlen = -1,
			  .invert = true },
	};
	struct op neigh = {
		.kind = OP_NEIGH_DEL,
		.ifindex = BR0,
		.neigh = { .addr = address("fe80::1"), .mac = { 2, 0xff }, .mac_len = 2,
			   .state = NUD_PERMANENT },
	};
	struct op accept = {
		.kind = OP_NFT_ACCEPT,
		.family = 2,
		.table = "filter",
		.chain = "FORWARD",
		.before = UINT64_MAX,
		.iptables = true,
		.match = { .src = prefix("192.168.0.0", 16), .iif = BR0, .proto = 6, .dport = 443 },
	};

	assert_round_trip(*state, &sysctl,
			  "sysctl ns=4:100 sysctl=net.ipv4.conf.a%25%1b.rp_filter value=2 old=-1");
	assert_round_trip(*state, &up, "link-up ns=4:101 if=2");
	assert_round_trip(*state, &route,
			  "route-add ns=4:101 route.dst=0.0.0.0/0 route.gateway=192.168.0.1");
	assert_round_trip(*state, &rule,
			  "rule-del ns=4:100 rule.family=2 rule.invert=1 rule.priority=10 "
			  "rule.iif=a%20b rule.suppress=-1");
	assert_round_trip(*state, &neigh,
			  "neigh-del ns=4:100 if=3 neigh.addr=fe80::1 neigh.mac=02ff "
			  "neigh.state=128");
	assert_round_trip(*state, &accept,
			  "nft-accept ns=4:100 family=2 table=filter chain=FORWARD "
			  "before=18446744073709551615 iptables=1 match.src=192.168.0.0/16 "
			  "match.iif=3 match.proto=6 match.dport=443");
}

static void unknown_namespace_is_added(void **state)
{
	struct snapshot *s = *state;
	struct op op;

	assert_int_equal(op_parse(s, "link-up ns=4:4026531840 if=2", &op), 0);
	assert_int_equal(op.ns, 3);
	assert_string_equal(s->ns.v[3].name, "netns:4026531840");
	assert_int_equal(s->ns.v[3].inode, 4026531840);
	assert_int_equal(s->ns.v[3].dev, 4);
	assert_int_equal(op.ifindex, 2);
}

static void other_lines_are_refused(void **state)
{
	static const char *const lines[] = {
		"", " ", "link-up", "nonsense ns=4:100", "link-up ns=4:100 if=2 ", "link-up  "
		"ns=4:100",
		"link-up ns=4:100 if=2 if=2", "link-up ns=4:100 if=02", "link-up ns=4:100 if=-0",
		"link-up ns=4:100 if=2147483648", "link-up ns=4:100 if=", "link-up ns=4:100 if",
		"link-up ns=4:100 value=1", "link-up ns=100", "link-up ns=:", "link-up ns=5:100 "
		"if=1",
		"link-up if=2 ns=4:100", "sysctl ns=4:100 value=1 sysctl=a", "sysctl ns=4:100 "
		"sysctl=%",
		"sysctl ns=4:100 sysctl=%4", "sysctl ns=4:100 sysctl=%00", "sysctl ns=4:100 "
		"sysctl=%41",
		"addr-add ns=4:100 if=3 prefix=1.2.3.4", "addr-add ns=4:100 if=3 prefix=1.2.3.4/33",
		"addr-add ns=4:100 if=3 prefix=1.2.3.4/08", "addr-add ns=4:100 if=3 prefix=/8",
		"neigh-del ns=4:100 if=3 neigh.mac=2", "neigh-del ns=4:100 if=3 neigh.mac=0G",
		"rule-del ns=4:100 rule.iif=0123456789abcdef", "rule-del ns=4:100 rule.invert=2",
		"rule-del ns=4:100 rule.tos=256", "rule-del ns=4:100 rule.invert=256",
	};
	struct op op = { .ifindex = 42 };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(op_parse(*state, lines[i], &op), -EINVAL);
	assert_int_equal(op.ifindex, 42);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sysctl_commands),
		TEST(forwarding_undo_remembers),
		TEST(sysctl_paths),
		TEST(link_commands),
		TEST(port_commands),
		TEST(addr_commands),
		TEST(route_commands),
		TEST(rule_commands),
		TEST(neigh_commands),
		TEST(conntrack_commands),
		TEST(hostile_names_are_quoted),
		TEST(words),
		TEST(model_forwarding_writes_all),
		TEST(model_sysctl_of_one_interface),
		TEST(model_link_up_brings_routes_and_peer),
		TEST(model_link_up_without_peer_has_no_carrier),
		TEST(model_bridge_up),
		TEST(model_bridge_without_ports_has_no_carrier),
		TEST(model_master_refuses),
		TEST(model_arp_and_neighbours),
		TEST(model_mtu_takes_the_bridge_along),
		TEST(model_ports),
		TEST(model_address),
		TEST(model_route_needs_its_gateway_on_link),
		TEST(model_route_del),
		TEST(model_rule_del),
		TEST(lines_round_trip),
		TEST(unknown_namespace_is_added),
		TEST(other_lines_are_refused),
	};

	return cmocka_run_group_tests_name("op", tests, NULL, NULL);
}
