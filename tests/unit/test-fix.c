/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every kind of change, made in throw-away namespaces and taken back in every
 * way: in the same run, by --undo after the run was killed, after it was killed
 * before it could note that the change was made, and before it made it. Each
 * time the whole configuration must be what it was before.
 */
#include "unit.h"

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "collect.h"
#include "fix.h"
#include "journal.h"
#include "netns.h"

enum {
	HOST,
	N1,
	NAMESPACES,
};

/*
 *   n1: ceth0 192.168.0.2/16 ─ veth0 ┐
 *                      veth2 ─ veth1 ┴ br0 192.168.0.1/16   host   eth0 10.0.0.5/24
 *   br1: a bridge without ports; eth1: a link without anything
 */
static const char lab[] =
	"sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0\n"
	"ip link set lo up; ip netns add n1; ip -n n1 link set lo up\n"
	"ip netns exec n1 sysctl -qw net.ipv6.conf.all.accept_dad=0 "
	"net.ipv6.conf.default.accept_dad=0\n"
	"ip link add br0 type bridge; ip link add br1 type bridge\n"
	"ip link add veth0 type veth peer name ceth0 netns n1\n"
	"ip link add veth1 type veth peer name veth2\n"
	"ip link add eth0 type veth peer name far0; ip link add eth1 type veth peer name far1\n"
	"for l in veth0 veth1; do ip link set $l master br0; done\n"
	"ip addr add 192.168.0.1/16 dev br0; ip addr add 10.0.0.5/24 dev eth0\n"
	"ip -n n1 addr add 192.168.0.2/16 dev ceth0\n"
	"for l in br0 br1 veth0 veth1 veth2 eth0 far0 eth1 far1; do ip link set $l up; done\n"
	"ip -n n1 link set ceth0 up\n"
	"ip -n n1 route add default via 192.168.0.1\n";

struct scene {
	const char *name;
	const char *broken;  /* shell: what is wrong */
	int (*op)(struct snapshot *s, struct op *ret);
	const char *mended;  /* shell: true when the change is there */
	/* shell: somebody makes it different, and undo must refuse; NULL: not possible */
	const char *meddled;
};

/* Ends this process, which stands for one scene. */
#define CHECK(condition, ...)                                                   \
	do {                                                                    \
		if (!(condition)) {                                             \
			fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition); \
			fprintf(stderr, __VA_ARGS__);                           \
			fputc('\n', stderr);                                    \
			_exit(1);                                               \
		}                                                               \
	} while (0)

/* --- the ops --------------------------------------------------------------- */

static struct prefix prefix(const char *text, uint8_t len)
{
	struct prefix p = { .len = len };

	CHECK(addr_parse(text, &p.addr) == 0, "%s", text);
	return p;
}

static int index_of(const struct snapshot *s, int ns, const char *name)
{
	const struct link *l = ns_link_by_name(&s->ns.v[ns], name);

	CHECK(l, "no %s", name);
	return l->ifindex;
}

static int ip_forward(struct snapshot *s, struct op *ret)
{
	*ret = (struct op){
		.kind = OP_SYSCTL, .sysctl = snapshot_intern(s, "net.ipv4.ip_forward"), .value = 1,
	};
	return 0;
}

static int rp_filter(struct snapshot *s, struct op *ret)
{
	*ret = (struct op){
		.kind = OP_SYSCTL,
		.ns = N1,
		.sysctl = snapshot_intern(s, "net.ipv4.conf.ceth0.rp_filter"),
		.value = 2,
		.old = 1,
	};
	return 0;
}

static int dotted(struct snapshot *s, struct op *ret)
{
	*ret = (struct op){
		.kind = OP_SYSCTL,
		.sysctl = snapshot_intern(s, "net.ipv4.conf.eth0.100.forwarding"),
		.value = 1,
	};
	return 0;
}

static int link_op(struct snapshot *s, enum op_kind kind, int ns, const char *name, int value,
		   struct op *ret)
{
	*ret = (struct op){
		.kind = kind, .ns = ns, .ifindex = index_of(s, ns, name), .value = value,
	};
	return 0;
}

static int up_ceth0(struct snapshot *s, struct op *ret)
{
	return link_op(s, OP_LINK_UP, N1, "ceth0", 0, ret);
}

static int up_br0(struct snapshot *s, struct op *ret)
{
	return link_op(s, OP_LINK_UP, HOST, "br0", 0, ret);
}

static int up_eth1(struct snapshot *s, struct op *ret)
{
	return link_op(s, OP_LINK_UP, HOST, "eth1", 0, ret);
}

static int arp_ceth0(struct snapshot *s, struct op *ret)
{
	return link_op(s, OP_LINK_ARP, N1, "ceth0", 0, ret);
}

static int join_br1(struct snapshot *s, struct op *ret)
{
	return link_op(s, OP_LINK_MASTER, HOST, "eth1", index_of(s, HOST, "br1"), ret);
}

static int join_br0(struct snapshot *s, struct op *ret)
{
	return link_op(s, OP_LINK_MASTER, HOST, "veth1", index_of(s, HOST, "br0"), ret);
}

static int move_veth1(struct snapshot *s, struct op *ret)
{
	return link_op(s, OP_LINK_MASTER, HOST, "veth1", index_of(s, HOST, "br1"), ret);
}

static int mtu_1500(struct snapshot *s, struct op *ret)
{
	return link_op(s, OP_LINK_MTU, HOST, "veth0", 1500, ret);
}

static int mtu_1000(struct snapshot *s, struct op *ret)
{
	return link_op(s, OP_LINK_MTU, HOST, "eth0", 1000, ret);
}

static int port_forwards(struct snapshot *s, struct op *ret)
{
	return link_op(s, OP_PORT_STATE, HOST, "veth1", 3, ret);
}

static int port_not_isolated(struct snapshot *s, struct op *ret)
{
	return link_op(s, OP_PORT_ISOLATED, HOST, "veth1", 0, ret);
}

static int address(struct snapshot *s, struct op *ret)
{
	link_op(s, OP_ADDR_ADD, HOST, "br0", 0, ret);
	ret->prefix = prefix("192.168.0.1", 16);
	return 0;
}

static int second_address(struct snapshot *s, struct op *ret)
{
	link_op(s, OP_ADDR_ADD, HOST, "br0", 0, ret);
	ret->prefix = prefix("192.168.7.7", 16);
	return 0;
}

static int address6(struct snapshot *s, struct op *ret)
{
	link_op(s, OP_ADDR_ADD, N1, "ceth0", 0, ret);
	ret->prefix = prefix("2001:db8::2", 64);
	return 0;
}

static int default_route(struct snapshot *s, struct op *ret)
{
	*ret = (struct op){
		.kind = OP_ROUTE_ADD,
		.ns = N1,
		.route = { .dst = prefix("0.0.0.0", 0), .nh.gateway = prefix("192.168.0.1",
			32).addr },
	};
	return 0;
}

static int detailed_route(struct snapshot *s, struct op *ret)
{
	*ret = (struct op){
		.kind = OP_ROUTE_ADD,
		.route = {
			.dst = prefix("172.20.0.0", 16),
			.table = 1000,
			.priority = 7,
			.tos = 4,
			.prefsrc = prefix("10.0.0.5", 32).addr,
			.nh = { .oif = index_of(s, HOST, "eth0") },
			.mtu = 1400,
		},
	};
	return 0;
}

/* The nth route to 9.9.9.9, or to fd00:9::, in any table, as it was collected. */
static int delete_route(struct snapshot *s, const char *dst, uint8_t len, size_t n, struct op *ret)
{
	struct prefix p = prefix(dst, len);

	vec_each(r, &s->ns.v[HOST].routes) {
		if (!prefix_eq(&r->dst, &p) || n-- > 0)
			continue;
		*ret = (struct op){ .kind = OP_ROUTE_DEL, .route = *r };
		return 0;
	}
	return -ENOENT;
}

static int first_route(struct snapshot *s, struct op *ret)
{
	return delete_route(s, "9.9.9.9", 32, 0, ret);
}

static int second_route(struct snapshot *s, struct op *ret)
{
	return delete_route(s, "9.9.9.9", 32, 1, ret);
}

static int last_route(struct snapshot *s, struct op *ret)
{
	return delete_route(s, "9.9.9.9", 32, 2, ret);
}

static int route6(struct snapshot *s, struct op *ret)
{
	return delete_route(s, "fd00:9::", 64, 0, ret);
}

static int delete_rule(struct snapshot *s, struct op *ret)
{
	vec_each(r, &s->ns.v[HOST].rules) {
		if (r->action != FR_ACT_UNREACHABLE)
			continue;
		*ret = (struct op){ .kind = OP_RULE_DEL, .rule = *r };
		return 0;
	}
	return -ENOENT;
}

static int delete_neigh(struct snapshot *s, struct op *ret)
{
	struct prefix p = prefix("192.168.0.1", 32);
	int ifindex = index_of(s, N1, "ceth0");
	const struct neigh *n = ns_neigh(&s->ns.v[N1], ifindex, &p.addr);

	CHECK(n, "no neighbour");
	*ret = (struct op){ .kind = OP_NEIGH_DEL, .ns = N1, .ifindex = ifindex, .neigh = *n };
	return 0;
}

/* Before the first rule of chain "forward" of table "filter", or at the end. */
static int accept_native(struct snapshot *s, bool first, struct op *ret)
{
	const struct nft_chain *c = ns_chain(&s->ns.v[HOST], NFPROTO_INET, "filter", "forward");
	struct op_match match = {
		.src = prefix("192.168.0.0", 16), .iif = index_of(s, HOST, "br0"),
	};

	CHECK(c && c->rules.n > 0, "no chain");
	return op_accept(s, HOST, c, first ? c->rules.v[0].handle : 0, &match, ret);
}

static int accept_before(struct snapshot *s, struct op *ret)
{
	return accept_native(s, true, ret);
}

static int accept_last(struct snapshot *s, struct op *ret)
{
	return accept_native(s, false, ret);
}

static int accept_iptables(struct snapshot *s, struct op *ret)
{
	const struct nft_chain *c = ns_chain(&s->ns.v[HOST], NFPROTO_IPV4, "filter", "FORWARD");
	struct op_match match = {
		.dst = prefix("192.168.0.0",
			16), .oif = index_of(s, HOST, "br0"), .established = true,
	};

	CHECK(c && c->rules.n > 0, "no chain");
	return op_accept(s, HOST, c, c->rules.v[0].handle, &match, ret);
}

static int masquerade(struct snapshot *s, struct op *ret)
{
	struct prefix p = prefix("192.168.0.0", 16);

	return op_masquerade(s, HOST, &p, index_of(s, HOST, "eth0"), ret);
}

static int publish(struct snapshot *s, struct op *ret)
{
	const struct op_match m = { .dst = prefix("10.0.0.5", 32), .iif = index_of(s, HOST, "eth0"),
				    .proto = IPPROTO_TCP, .dport = 80 };
	struct addr to = prefix("192.168.0.2", 32).addr;

	return op_dnat(s, HOST, &m, &to, 5000, ret);
}

static const struct scene scenes[] = {
	{ "ip_forward",
	  "sysctl -qw net.ipv4.ip_forward=0 net.ipv4.conf.all.accept_redirects=0 "
	  "net.ipv4.conf.eth0.forwarding=1 net.ipv4.conf.br1.forwarding=1",
	  ip_forward, "[ $(cat /proc/sys/net/ipv4/conf/br0/forwarding) = 1 ]",
	  "sysctl -qw net.ipv4.ip_forward=2" },
	{ "rp_filter", "ip netns exec n1 sysctl -qw net.ipv4.conf.ceth0.rp_filter=1", rp_filter,
	  "[ $(ip netns exec n1 cat /proc/sys/net/ipv4/conf/ceth0/rp_filter) = 2 ]",
	  "ip netns exec n1 sysctl -qw net.ipv4.conf.ceth0.rp_filter=0" },
	{ "sysctl of a dotted name",
	  "ip link add eth0.100 type veth peer name far; sysctl -qw "
	  "net.ipv4.conf.eth0/100.forwarding=0",
	  dotted, "[ $(cat /proc/sys/net/ipv4/conf/eth0.100/forwarding) = 1 ]", NULL },
	{ "link up",
	  "ip -n n1 link set ceth0 down; ip -n n1 addr add 2001:db8::2/64 dev ceth0 nodad; "
	  "ip -n n1 neigh add 192.168.0.77 lladdr 02:00:00:00:00:77 dev ceth0; "
	  "ip netns exec n1 sysctl -qw net.ipv6.conf.ceth0.mtu=1300",
	  up_ceth0, "ip -n n1 route | grep -q 192.168.0.0/16", NULL },
	{ "bridge up", "ip link set br0 down", up_br0, "ip route | grep -q 192.168.0.0/16", NULL },
	{ "link up for the first time", "ip link set eth1 down", up_eth1,
	  "ip link show eth1 | grep -q ,UP", NULL },
	{ "arp on",
	  "ip -n n1 link set ceth0 arp off; "
	  "ip -n n1 neigh add 192.168.0.77 lladdr 02:00:00:00:00:77 dev ceth0; "
	  "ip -n n1 neigh add 2001:db8::77 lladdr 02:00:00:00:00:77 dev ceth0",
	  arp_ceth0, "! ip -n n1 link show ceth0 | grep -q NOARP", NULL },
	{ "join an empty bridge", "true", join_br1, "ip link show eth1 | grep -q 'master br1'",
	  "ip link set eth1 master br0" },
	{ "join a bridge", "ip link set veth1 nomaster", join_br0,
	  "ip link show veth1 | grep -q 'master br0'", "ip link set veth1 master br1" },
	{ "move to another bridge",
	  "bridge link set dev veth1 isolated on learning off cost 7 priority 3; "
	  "bridge link set dev veth1 hairpin on flood off; "
	  "bridge fdb add 02:00:00:00:00:99 dev veth1 master static; "
	  "bridge fdb add 02:00:00:00:00:98 dev veth1 master static sticky",
	  move_veth1, "ip link show veth1 | grep -q 'master br1'", "ip link set veth1 nomaster; "
	  "ip link add br2 type bridge; ip link set veth1 master br2" },
	{ "mtu of a port", "ip link set veth0 mtu 1300", mtu_1500,
	  "ip link show veth0 | grep -q 'mtu 1500'", "ip link set veth0 mtu 1400" },
	{ "mtu below IPv6",
	  "ip addr add 2001:db8:1::1/64 dev eth0 nodad; sysctl -qw net.ipv6.conf.eth0.mtu=1400",
	  mtu_1000,
	  "ip link show eth0 | grep -q 'mtu 1000'", NULL },
	{ "port state", "bridge link set dev veth1 state 1", port_forwards,
	  "bridge link show dev veth1 | grep -q 'state forwarding'",
	  "bridge link set dev veth1 state 0" },
	{ "port isolated", "bridge link set dev veth1 isolated on", port_not_isolated,
	  "bridge -d link show dev veth1 | grep -q 'isolated off'", NULL },
	{ "address", "ip addr del 192.168.0.1/16 dev br0", address,
	  "ip route | grep -q '192.168.0.0/16 dev br0'", "ip addr add 192.168.5.5/16 dev br0" },
	{ "second address", "true", second_address, "ip addr show dev br0 | grep -q 192.168.7.7/16",
	  NULL },
	{ "IPv6 address", "true", address6, "ip -n n1 -6 route | grep -q 2001:db8::/64", NULL },
	{ "default route", "ip -n n1 route del default", default_route,
	  "ip -n n1 route | grep -q default", "ip -n n1 route replace default via 192.168.0.9" },
	{ "route with everything", "true", detailed_route,
	  "ip route show table 1000 | grep -q 'metric 7 mtu 1400'",
	  "ip route replace 172.20.0.0/16 tos 4 via 10.0.0.9 table 1000 metric 7" },
	{ "blackhole", "ip route add blackhole 9.9.9.9 proto static", first_route,
	  "! ip route | grep -q blackhole", "ip route add 9.9.9.9 via 10.0.0.9" },
	{ "prohibit in a table", "ip route add prohibit 9.9.9.9 table 77 metric 5", first_route,
	  "! ip route show table 77 | grep -q prohibit", NULL },
	{ "IPv6 unreachable", "ip -6 route add unreachable fd00:9::/64 metric 9", route6,
	  "! ip -6 route | grep -q unreachable", NULL },
	{ "several ways",
	  "ip route add 9.9.9.9 proto static nexthop via 10.0.0.8 weight 3 nexthop via 10.0.0.9 "
	  "onlink "
	  "dev eth0", first_route, "! ip route | grep -q 9.9.9.9", NULL },
	{ "nexthop object", "ip nexthop add id 7 via 10.0.0.8 dev eth0; ip route add 9.9.9.9 "
		"nhid 7",
	  first_route, "! ip route | grep -q 9.9.9.9", NULL },
	{ "route on a link without carrier",
	  "ip link add vx type veth peer name vy; ip link set vx up; ip addr add 10.3.0.1/24 dev "
	  "vx; "
	  "ip route add 9.9.9.9 via 10.3.0.2 mtu 1400 src 10.0.0.5", first_route,
	  "! ip route | grep -q 9.9.9.9", NULL },
	{ "first of rivals",
	  "for i in 1 2 3; do ip route append 9.9.9.9 via 10.0.0.1$i; done", first_route,
	  "! ip route | grep -q 10.0.0.11", "ip route append 9.9.9.9 via 10.0.0.99" },
	{ "second of rivals", "for i in 1 2 3; do ip route append 9.9.9.9 via 10.0.0.1$i; done",
	  second_route, "! ip route | grep -q 10.0.0.12", NULL },
	{ "last of rivals", "for i in 1 2 3; do ip route append 9.9.9.9 via 10.0.0.1$i; done",
	  last_route, "! ip route | grep -q 10.0.0.13", NULL },
	{ "rule",
	  "ip rule add pref 100 from 1.1.1.1 table 5; "
	  "ip rule add pref 100 from 2.2.2.2 to 9.0.0.0/8 iif nowhere fwmark 1/3 ipproto tcp "
	  "dport 80-90 "
	  "unreachable; ip rule add pref 100 from 3.3.3.3 table 6; "
	  "ip rule add not pref 100 from 4.4.4.4 table 7 suppress_prefixlength 0", delete_rule,
	  "! ip rule | grep -q unreachable", NULL },
	{ "permanent neighbour",
	  "ip -n n1 neigh add 192.168.0.1 lladdr 02:00:00:00:00:13 dev ceth0 router", delete_neigh,
	  "! ip -n n1 neigh show 192.168.0.1 dev ceth0 | grep -q 02:00",
	  "ip -n n1 neigh add 192.168.0.1 lladdr 02:00:00:00:00:14 dev ceth0" },
	{ "stale neighbour",
	  "ip -n n1 neigh add 192.168.0.1 lladdr 02:00:00:00:00:13 dev ceth0 nud stale",
	  delete_neigh,
	  "! ip -n n1 neigh show 192.168.0.1 dev ceth0 | grep -q 02:00", NULL },
	{ "accept before a rule",
	  "nft 'table inet filter { chain forward { type filter hook forward priority 0; policy "
	  "drop; "
	  "ip saddr 192.168.0.0/16 counter drop; ct state established accept; }; }'", accept_before,
	  "nft list ruleset | grep -q 'saddr 192.168.0.0/16 .*accept'", "nft flush ruleset; nft "
	  "'table inet filter { "
	  "chain forward { type filter hook forward priority 0; }; }'; "
	  "for i in 1 2 3 4 5 6 7 8 9; do nft add rule inet filter forward ip saddr 1.1.1.$i "
	  "drop; done" },
	{ "accept at the end",
	  "nft 'table inet filter { chain forward { type filter hook forward priority 0; policy "
	  "drop; "
	  "ct state established accept; }; }'", accept_last,
	  "nft list ruleset | grep -q 192.168.0.0/16", NULL },
	{ "accept of iptables",
	  "iptables-nft -P FORWARD DROP; iptables-nft -A FORWARD -s 1.2.3.4 -j DROP",
	  accept_iptables,
	  "iptables-nft -S FORWARD | grep -q ESTABLISHED", NULL },
	{ "masquerade in a table of our own", "true", masquerade,
	  "nft list table ip nsdoctor | grep -q masquerade", NULL },
	{ "masquerade with iptables",
	  "iptables-nft -t nat -A POSTROUTING -s 192.168.1.0/24 -j MASQUERADE", masquerade,
	  "iptables-nft -t nat -S POSTROUTING | grep -q 192.168.0.0/16", NULL },
	{ "publish in a table of our own", "true", publish,
	  "nft list table ip nsdoctor | grep -q 'dport 80 dnat to 192.168.0.2:5000'", NULL },
	{ "publish beside a masquerade of our own",
	  "nft 'table ip nsdoctor { chain postrouting { type nat hook postrouting priority 100; masquerade; }; }'",
	  publish, "nft list table ip nsdoctor | grep -q 'dnat to 192.168.0.2:5000'", NULL },
	{ "publish in a table of both families",
	  "nft 'table inet n { chain in { type nat hook prerouting priority -100; }; }'", publish,
	  "nft list table inet n | grep -q 'dport 80 dnat ip to 192.168.0.2:5000'", NULL },
	{ "publish with iptables",
	  "iptables-nft -t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination 192.168.0.3:53", publish,
	  "iptables-nft -t nat -S PREROUTING | grep -q 'dport 80 -j DNAT --to-destination 192.168.0.2:5000'", NULL },
};

/* --- running --------------------------------------------------------------- */

static int shell(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static char *output(const char *command)
{
	struct strbuf b = { 0 };
	FILE *f = popen(command, "r");
	char block[4096];
	size_t n;

	CHECK(f, "%s", command);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		strbuf_add(&b, block, n);
	pclose(f);
	return strbuf_take(&b);
}

/*
 * Everything that is configured in both namespaces, without what the kernel
 * makes up for itself: link-local addresses and multicast groups, timers.
 */
static const char state_of_all[] =
	"for ns in '' 'ip netns exec n1'; do\n"
	"$ns ip -d -o -batch - <<END\n"
	"link show\naddr show\nroute show table all\nrule show\nneigh show nud permanent\n"
	"neigh show nud stale\nnexthop show\nEND\n"
	"$ns ip -6 -o -batch - <<END\nroute show table all\nrule show\nEND\n"
	"$ns bridge -d link\n"
	"$ns bridge fdb | grep -E 'static|permanent' | sort\n"
	"$ns nft -s list ruleset\n"
	"$ns grep -rs . /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf "
	"/proc/sys/net/ipv4/ip_forward "
	"/proc/sys/net/bridge\n"
	"done 2>/dev/null | sed -E -e '/ fe80:|^fe80:|^local fe80:|^(anycast|multicast) "
	"|^(33:33|01:00:5e)/d' "
	"-e '/stable_secret/d' -e 's/,?(LOWER_UP|NO-CARRIER|M-DOWN)//g' -e 's/<,/</' "
	"-e 's/ state [A-Z]+ / /' -e 's/ [a-z_]*_timer +[0-9.]+//g' -e 's/ *valid_lft.*//' "
	"-e 's/ (bridge_id|designated_[a-z]*|root_[a-z_]*|topology_change[a-z_]*) [^ ]+//g' "
	/* a bridge never forgets what its ports were able to do */
	"-e 's/ (linkdown|dead|tso_max_size [0-9]+)//g'";

static char *state(void)
{
	return output(state_of_all);
}

static void differ(const char *when, const char *before, const char *after)
{
	FILE *f = fopen("/run/before", "w");

	fputs(before, f);
	fclose(f);
	f = fopen("/run/after", "w");
	fputs(after, f);
	fclose(f);
	fprintf(stderr, "%s, this is different:\n", when);
	shell("diff -U0 /run/before /run/after >&2");
	_exit(1);
}

/* Links take up to a second to tell what they are. */
static void expect_state(const char *when, const char *expected)
{
	for (int attempt = 0;; attempt++) {
		_cleanup_(freep) char *now = state();

		if (streq(now, expected))
			return;
		if (attempt == 15)
			differ(when, expected, now);
		usleep(100000);
	}
}

struct world {
	struct snapshot *s;
	int fds[NAMESPACES];
};

static void look_around(struct world *w)
{
	w->s = snapshot_new();
	w->fds[HOST] = netns_open_self();
	w->fds[N1] = netns_open("/run/netns/n1");
	CHECK(w->fds[HOST] >= 0 && w->fds[N1] >= 0, "namespaces");
	for (int i = 0; i < NAMESPACES; i++) {
		uint64_t dev, inode;

		CHECK(netns_id(w->fds[i], &dev, &inode) == 0, "id");
		snapshot_add(w->s, i == HOST ? "host" : "n1", inode);
		w->s->ns.v[i].dev = dev;
	}
	w->s->ns.v[N1].named = true;
	w->s->ns.v[N1].path = snapshot_intern(w->s, "/run/netns/n1");
	CHECK(collect_all(w->s, w->fds) == 0 && collect_rulesets(w->s, w->fds) >= 0, "collect");
}

static void leave(struct world *w)
{
	snapshot_free(w->s);
	close(w->fds[HOST]);
	close(w->fds[N1]);
}

/* --- does the model know what the kernel does? ------------------------------ */

static void put_link(struct strbuf *b, const struct link *l)
{
	strbuf_printf(b, "link %s up %d arp %d carrier %d mtu %u master %d port %d state %d "
		"isolated %d "
		      "forwarding %d rp_filter %d\n", l->name, !!(l->flags & IFF_UP),
		      !(l->flags & IFF_NOARP), l->carrier && (l->flags & IFF_UP), l->mtu, l->master,
		      l->brport.is_port, l->brport.state, l->brport.isolated, l->inet.forwarding,
		      l->inet.rp_filter);
}

static void put_route(struct strbuf *b, const struct route *r)
{
	strbuf_printf(b, "route %s table %u tos %u metric %u type %u scope %u proto %u oif %d "
		"flags %u "
		      "mtu %u", prefix_text(&r->dst).s, r->table, r->tos, r->priority, r->type,
		      r->scope, r->protocol, r->nh.oif, r->nh.flags, r->mtu);
	strbuf_printf(b, " via %s", addr_text(&r->nh.gateway).s);
	strbuf_printf(b, " src %s\n", addr_text(&r->prefsrc).s);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *sorted(char *text)
{
	VEC(char *) lines = { 0 };
	struct strbuf b = { 0 };
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		vec_push(&lines, line);
	if (lines.n > 0)
		qsort(lines.v, lines.n, sizeof(*lines.v), compare_lines);
	vec_each(line, &lines)
		strbuf_printf(&b, "%s\n", *line);
	vec_free(&lines);
	return strbuf_take(&b);
}

/* What a model can know: IPv4, and no MAC address which somebody thought up. */
static char *model_text(const struct snapshot *s)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	vec_each(ns, &s->ns) {
		strbuf_printf(&b, "ns %s forwards %d\n", ns->name, ns->all.forwarding);
		vec_each(l, &ns->links)
			put_link(&b, l);
		vec_each(a, &ns->addrs)
			if (a->prefix.addr.family == AF_INET)
				strbuf_printf(&b, "addr %d %s flags %u\n", a->ifindex,
					      prefix_text(&a->prefix).s, a->flags);
		vec_each(r, &ns->routes)
			if (r->dst.addr.family == AF_INET)
				put_route(&b, r);
		vec_each(r, &ns->rules)
			strbuf_printf(&b, "rule %u %u %u %s\n", r->family, r->priority, r->action,
				      prefix_text(&r->src).s);
		vec_each(n, &ns->neighs)
			if (n->state & (NUD_PERMANENT | NUD_STALE))
				strbuf_printf(&b, "neigh %s\n", addr_text(&n->addr).s);
	}
	return sorted(b.s);
}

/* Carriers take their time. */
static void expect_model(const char *modelled, struct world *w)
{
	for (int attempt = 0;; attempt++) {
		_cleanup_(freep) char *now = NULL;

		CHECK(collect_all(w->s, w->fds) == 0 && collect_rulesets(w->s, w->fds) >= 0, "collect");
		now = model_text(w->s);
		if (streq(now, modelled))
			return;
		if (attempt == 15)
			differ("the model", modelled, now);
		usleep(100000);
	}
}

static void apply(const struct scene *scene, struct journal **ret_j, int *ret_change)
{
	_cleanup_(snapshot_freep) struct snapshot *model = NULL;
	_cleanup_(freep) char *modelled = NULL;
	struct world w;
	struct op op;
	char *error = NULL;
	int r;

	look_around(&w);
	r = scene->op(w.s, &op);
	CHECK(r == 0, "op: %s", strerror(-r));
	model = snapshot_copy(w.s);
	r = op_model(model, &op);
	CHECK(r == 0, "model: %s", strerror(-r));
	modelled = model_text(model);
	CHECK(journal_open(ret_j, &error) == 0, "%s", error);
	journal_about(*ret_j, scene->name);
	r = fix_apply(*ret_j, w.s, &op, w.fds[op.ns], &error);
	CHECK(r >= 0, "%s", error);
	*ret_change = r;
	CHECK(shell(scene->mended) == 0, "not mended: %s", scene->mended);
	expect_model(modelled, &w);
	leave(&w);
}

static void expect_nothing_left(void)
{
	CHECK(access("/run/nsdoctor", F_OK) < 0 && errno == ENOENT, "/run/nsdoctor is still there");
}

static void revert(const struct scene *scene)
{
	char *error = NULL;
	struct journal *j;
	int change;

	apply(scene, &j, &change);
	CHECK(fix_revert(j, change, &error) == 0, "%s", error);
	CHECK(fix_revert(j, change, &error) == 0, "%s", error);
	journal_close(j);
	expect_nothing_left();
}

/* Makes the change and is killed, in a process of its own. */
static void apply_and_die(const struct scene *scene)
{
	pid_t pid = fork();
	int status;

	CHECK(pid >= 0, "fork");
	if (pid == 0) {
		struct journal *j;
		int change;

		apply(scene, &j, &change);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0, "the run");
}

/* --undo: every line of what it said, joined by ". " */
static char *undo(int expected)
{
	op_strings lines = { 0 };
	struct strbuf b = { 0 };
	int r = fix_undo(&lines);

	vec_each(line, &lines)
		strbuf_printf(&b, "%s. ", *line);
	op_strings_free(&lines);
	CHECK(r == expected, "%s, wanted %s: %s",
		strerror(-r), strerror(-expected), strbuf_str(&b));
	return strbuf_take(&b);
}

static void undo_after_kill(const struct scene *scene)
{
	_cleanup_(freep) char *said = NULL;

	apply_and_die(scene);
	said = undo(0);
	CHECK(str_starts(said, "taken back: "), "%s", said);
	if (getenv("VERBOSE"))
		fprintf(stderr, "# %s\n", said);
	expect_nothing_left();
}

/* As if it had been killed between the change and the line that says so. */
static void undo_after_kill_in_between(const struct scene *scene)
{
	_cleanup_(freep) char *said = NULL;

	apply_and_die(scene);
	CHECK(shell("f=$(echo /run/nsdoctor/*.journal); sed -i '/^did /d' $f; printf 'did 0 han' "
		">>$f") == 0,
	      "journal");
	said = undo(0);
	CHECK(str_starts(said, "taken back: "), "%s", said);
	expect_nothing_left();
}

/* As if it had been killed right before the change. */
static void undo_before_change(const struct scene *scene)
{
	_cleanup_(freep) char *said = NULL;

	apply_and_die(scene);
	CHECK(shell("sed '/^did /d' /run/nsdoctor/*.journal >/run/kept") == 0, "journal");
	free(undo(0));
	CHECK(shell("umask 77; mkdir /run/nsdoctor; cp /run/kept /run/nsdoctor/a.journal") == 0,
	      "journal");
	said = undo(0);
	CHECK(str_starts(said, "nothing to take back: "), "%s", said);
	expect_nothing_left();
}

static void refuse_when_meddled(const struct scene *scene)
{
	_cleanup_(freep) char *said = NULL, *meddled = NULL, *again = NULL;

	apply_and_die(scene);
	CHECK(shell(scene->meddled) == 0, "%s", scene->meddled);
	meddled = state();
	said = undo(-ESTALE);
	CHECK(str_starts(said, "not taken back: "), "%s", said);
	if (getenv("VERBOSE"))
		fprintf(stderr, "# %s\n", said);
	expect_state("after a refused undo", meddled);
	again = undo(-ENOENT);
	expect_nothing_left();
}

static void play(const struct scene *scene)
{
	_cleanup_(freep) char *before = NULL;

	CHECK(shell(lab) == 0, "lab");
	CHECK(shell(scene->broken) == 0, "%s", scene->broken);
	usleep(300000);
	before = state();
	CHECK(shell(scene->mended) != 0, "mended before: %s", scene->mended);
	revert(scene);
	expect_state("after a revert", before);
	undo_after_kill(scene);
	expect_state("after undo", before);
	undo_after_kill_in_between(scene);
	undo_before_change(scene);
	expect_state("after undo of what was not noted as done", before);
	if (scene->meddled)
		refuse_when_meddled(scene);
}

/* --- stories of the journal -------------------------------------------------- */

static const struct scene forward = {
	"ip_forward", "sysctl -qw net.ipv4.ip_forward=0", ip_forward,
	"[ $(cat /proc/sys/net/ipv4/ip_forward) = 1 ]", NULL,
};

static void prepare_lab(const char *broken)
{
	CHECK(shell(lab) == 0, "lab");
	CHECK(shell(broken) == 0, "%s", broken);
	usleep(300000);
}

static bool forwards(void)
{
	return shell(forward.mended) == 0;
}

/* Everything of a run is taken back, the newest change first: the route needs the address. */
static void newest_first(void)
{
	static const char *const said[] = {
		"taken back: ip -n n1 route del default via 192.168.0.1. ",
		"taken back: ip addr del 192.168.0.1/16 dev br0. ",
		"taken back: ip -n n1 link set dev ceth0 down. ",
	};
	int (*const ops[])(struct snapshot *, struct op *) = { up_ceth0, address, default_route };
	_cleanup_(freep) char *before = NULL, *text = NULL;
	_cleanup_(strbuf_done) struct strbuf expected = { 0 };
	char *error = NULL;
	struct journal *j;

	prepare_lab("ip -n n1 link set ceth0 down; ip addr del 192.168.0.1/16 dev br0");
	before = state();
	CHECK(journal_open(&j, &error) == 0, "%s", error);
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		struct world w;
		struct op op;

		look_around(&w);
		CHECK(ops[i](w.s, &op) == 0, "op");
		CHECK(fix_apply(j, w.s, &op, w.fds[op.ns], &error) == (int)i, "%s", error);
		leave(&w);
	}
	journal_close(j);
	text = undo(0);
	for (size_t i = 0; i < ARRAY_SIZE(said); i++)
		strbuf_puts(&expected, said[i]);
	CHECK(streq(text, strbuf_str(&expected)), "%s", text);
	expect_state("after undo", before);
	expect_nothing_left();
}

/* One item that is refused does not keep the others. */
static void the_rest_goes_on(void)
{
	_cleanup_(freep) char *text = NULL;
	char *error = NULL;
	struct journal *j;
	struct world w;
	struct op op;

	prepare_lab("ip netns exec n1 sysctl -qw net.ipv4.conf.ceth0.rp_filter=1; sysctl -qw "
		"net.ipv4.ip_forward=0");
	look_around(&w);
	CHECK(journal_open(&j, &error) == 0, "%s", error);
	ip_forward(w.s, &op);
	CHECK(fix_apply(j, w.s, &op, w.fds[HOST], &error) == 0, "%s", error);
	rp_filter(w.s, &op);
	CHECK(fix_apply(j, w.s, &op, w.fds[N1], &error) == 1, "%s", error);
	journal_close(j);
	leave(&w);
	CHECK(shell("ip netns exec n1 sysctl -qw net.ipv4.conf.ceth0.rp_filter=0") == 0, "sysctl");
	text = undo(-ESTALE);
	CHECK(!forwards(), "%s", text);
	free(undo(-ENOENT));
}

static void gone_namespace_is_no_failure(void)
{
	_cleanup_(freep) char *text = NULL;
	static const struct scene scene = {
		"rp_filter", NULL, rp_filter, "true", NULL,
	};

	prepare_lab("ip netns exec n1 sysctl -qw net.ipv4.conf.ceth0.rp_filter=1");
	apply_and_die(&scene);
	CHECK(shell("ip netns del n1") == 0, "ip");
	text = undo(0);
	CHECK(strstr(text, "its namespace is gone"), "%s", text);
	expect_nothing_left();
}

/* A namespace without a name is found by its processes. */
static void unnamed_namespace_is_found(void)
{
	_cleanup_(freep) char *text = NULL;
	static const struct scene scene = {
		"rp_filter", NULL, rp_filter, "true", NULL,
	};

	prepare_lab("ip netns exec n1 sysctl -qw net.ipv4.conf.ceth0.rp_filter=1");
	apply_and_die(&scene);
	CHECK(shell("ip netns exec n1 sleep 4 >/dev/null 2>&1 & "
		    "sleep 0.3; ip netns del n1") == 0, "ip");
	text = undo(0);
	CHECK(str_starts(text, "taken back: nsenter --net=/proc/"), "%s", text);
	expect_nothing_left();
}

static void run_at_work_is_left_alone(void)
{
	_cleanup_(freep) char *text = NULL;
	struct journal *j;
	int change;

	prepare_lab(forward.broken);
	apply(&forward, &j, &change);
	text = undo(-EBUSY);
	CHECK(strstr(text, "still at work"), "%s", text);
	CHECK(forwards(), "taken back from under it");
	journal_close(j);
	free(undo(0));
	CHECK(!forwards(), "not taken back");
}

static void other_boots_are_ignored(void)
{
	prepare_lab(forward.broken);
	apply_and_die(&forward);
	CHECK(shell("sed -i '1s/boot=[0-9a-f]/boot=g/' /run/nsdoctor/*.journal") == 0, "sed");
	free(undo(-ENOENT));
	CHECK(forwards(), "taken back");
}

/* Of two runs the newer one is taken back first, then the older. */
static void newest_run_first(void)
{
	static const struct scene mtu = { "mtu", NULL, mtu_1500, "true", NULL };
	_cleanup_(freep) char *first = NULL, *second = NULL;

	prepare_lab("sysctl -qw net.ipv4.ip_forward=0; ip link set veth0 mtu 1300");
	apply_and_die(&forward);
	apply_and_die(&mtu);
	first = undo(0);
	second = undo(0);
	CHECK(streq(first, "taken back: ip link set dev veth0 mtu 1300. "), "%s", first);
	CHECK(streq(second, "taken back: sysctl -w net.ipv4.ip_forward=0. "), "%s", second);
	free(undo(-ENOENT));
	expect_nothing_left();
}

static int try_forward(char **ret_error)
{
	struct journal *j;
	struct world w;
	struct op op;
	int r;

	look_around(&w);
	CHECK(journal_open(&j, ret_error) == 0, "%s", *ret_error);
	ip_forward(w.s, &op);
	r = fix_apply(j, w.s, &op, w.fds[HOST], ret_error);
	journal_close(j);
	leave(&w);
	return r;
}

/* Without a journal there is no change. */
static void refuse(const char *obstacle)
{
	char *error = NULL;

	CHECK(shell(obstacle) == 0, "%s", obstacle);
	CHECK(try_forward(&error) < 0 && error, "%s", obstacle);
	CHECK(!forwards(), "changed without a journal");
	free(error);
	free(undo(-ENOENT));
}

static void no_journal_no_change(void)
{
	prepare_lab(forward.broken);
	unsetenv("XDG_RUNTIME_DIR");
	refuse("mkdir /run/elsewhere && ln -s elsewhere /run/nsdoctor");
	refuse("rm /run/nsdoctor && touch /run/nsdoctor");
	refuse("rm /run/nsdoctor && mkdir /run/nsdoctor && chmod 777 /run/nsdoctor");
	/* where that is no place, the user's own directory serves */
	CHECK(shell("mkdir /dev/shm/run && chmod 700 /dev/shm/run") == 0, "mkdir");
	setenv("XDG_RUNTIME_DIR", "/dev/shm/run", 1);
	apply_and_die(&forward);
	CHECK(shell("ls /dev/shm/run/nsdoctor/*.journal >/dev/null") == 0, "no journal");
	free(undo(0));
	CHECK(!forwards(), "not taken back");
	CHECK(shell("rmdir /dev/shm/run") == 0, "something is left");
}

/* The file is ours, a plain file and nobody else's to write, or it does not count. */
static void strange_files_are_ignored(void)
{
	prepare_lab(forward.broken);
	apply_and_die(&forward);
	CHECK(shell("cd /run/nsdoctor && mv *.journal /run/j && ln -s /run/j a.journal && mkfifo "
		"b.journal && "
		    "mkdir c.journal && cp /run/j d.journal && chmod 666 d.journal && cp /run/j "
		    "e && "
		    ": >f.journal && printf 'nsdoctor-journal 2 x\\n' >g.journal") == 0, "files");
	free(undo(-ENOENT));
	CHECK(forwards(), "taken back");
}

/*
 * A run that was killed before its first change, or after its last one was taken back,
 * leaves nothing for ever.
 */
static void leftovers_are_cleared(void)
{
	prepare_lab(forward.broken);
	apply_and_die(&forward);
	CHECK(shell("cd /run/nsdoctor && sed -n 1p *.journal >a && echo 'gone 0' | cat *.journal "
		"- >b && "
		    ": >c && rm *.journal && for f in a b c; do mv $f $f.journal; done && "
		    "chmod 600 *.journal") == 0, "files");
	free(undo(-ENOENT));
	CHECK(shell("[ -z \"$(ls /run/nsdoctor)\" ]") == 0, "something is left");
}

static void done_by_somebody_else(void)
{
	char *error = NULL;

	prepare_lab("sysctl -qw net.ipv4.ip_forward=1");
	CHECK(try_forward(&error) == -EALREADY, "%s", error);
	CHECK(streq(error, "not done: sysctl -w net.ipv4.ip_forward=1: net.ipv4.ip_forward is 1 "
		"already"),
	      "%s", error);
	free(error);
	expect_nothing_left();
}

/* What the kernel refuses leaves neither a change nor a journal. */
static void kernel_refuses(void)
{
	struct op op = { .kind = OP_ROUTE_ADD };
	char *error = NULL;
	struct journal *j;
	struct world w;

	prepare_lab("true");
	look_around(&w);
	op.route.dst = prefix("172.16.0.0", 12);
	op.route.nh.gateway = prefix("9.9.9.9", 32).addr;
	CHECK(journal_open(&j, &error) == 0, "%s", error);
	CHECK(fix_apply(j, w.s, &op, w.fds[HOST], &error) == -ENETUNREACH, "%s", error);
	CHECK(streq(error, "not done: ip route add 172.16.0.0/12 via 9.9.9.9: Network is "
		"unreachable"),
	      "%s", error);
	journal_close(j);
	leave(&w);
	free(error);
	expect_nothing_left();
}

/* Only the entries of that source go, and there is nothing to take back. */
static void conntrack_entries(void)
{
	static const char count[] =
		"[ $(conntrack -L -s 192.168.0.2 2>/dev/null | wc -l) = %d ] && "
		"[ $(conntrack -L -s 192.168.0.3 2>/dev/null | wc -l) = 1 ]";
	_cleanup_(freep) char *two = xasprintf(count, 2), *one = xasprintf(count, 1);
	struct op op = { .kind = OP_CT_DELETE };
	char *error = NULL;
	struct journal *j;
	struct world w;

	prepare_lab("for a in '2 8.8.8.8' '2 9.9.9.9' '3 8.8.8.8'; do set -- $a; conntrack -I -s "
		"192.168.0.$1 "
		    "-d $2 -p udp --sport 1 --dport 2 -t 60 >/dev/null 2>&1; done");
	CHECK(shell(two) == 0, "entries");
	look_around(&w);
	op.prefix = prefix("192.168.0.2", 32);
	op.match.dst = prefix("8.8.8.8", 32);
	CHECK(journal_open(&j, &error) == 0, "%s", error);
	CHECK(fix_apply(j, w.s, &op, w.fds[HOST], &error) == 0, "%s", error);
	CHECK(shell(one) == 0, "entries");
	CHECK(fix_revert(j, 0, &error) == 0, "%s", error);
	journal_close(j);
	leave(&w);
	expect_nothing_left();
}

/* The table that one change made stays as long as another one's rule is in it. */
static void table_goes_with_its_last_rule(void)
{
	static const char count[] = "[ $(nft list table ip nsdoctor 2>/dev/null | grep -c "
		"masquerade) = %d ]";
	char *error = NULL;
	struct journal *j;
	struct world w;

	prepare_lab("true");
	look_around(&w);
	CHECK(journal_open(&j, &error) == 0, "%s", error);
	for (int i = 0; i < 2; i++) {
		_cleanup_(freep) char *there = xasprintf(count, i + 1);
		struct prefix p = prefix("192.168.0.0", (uint8_t)(16 + i));
		struct op op;

		CHECK(op_masquerade(w.s, HOST, &p, index_of(w.s, HOST, "eth0"), &op) == 0, "op");
		CHECK(fix_apply(j, w.s, &op, w.fds[HOST], &error) == i, "%s", error);
		CHECK(shell(there) == 0, "%s", there);
	}
	CHECK(fix_revert(j, 0, &error) == 0, "%s", error);
	CHECK(shell("nft list table ip nsdoctor | grep -q 192.168.0.0/17") == 0, "the other rule "
		"has gone");
	CHECK(fix_revert(j, 1, &error) == 0, "%s", error);
	CHECK(shell("nft delete chain ip nsdoctor postrouting && "
		    "nft delete table ip nsdoctor") == 0,
	      "what the first change made is for it to delete");
	journal_close(j);
	leave(&w);
	expect_nothing_left();
}

static const struct story {
	const char *name;
	void (*play)(void);
} stories[] = {
	{ "the newest change first", newest_first },
	{ "the rest goes on", the_rest_goes_on },
	{ "a namespace that is gone", gone_namespace_is_no_failure },
	{ "a namespace without a name", unnamed_namespace_is_found },
	{ "a run at work", run_at_work_is_left_alone },
	{ "another boot", other_boots_are_ignored },
	{ "the newest run first", newest_run_first },
	{ "no journal, no change", no_journal_no_change },
	{ "strange files", strange_files_are_ignored },
	{ "leftovers", leftovers_are_cleared },
	{ "done by somebody else", done_by_somebody_else },
	{ "the kernel refuses", kernel_refuses },
	{ "conntrack entries", conntrack_entries },
	{ "our table", table_goes_with_its_last_rule },
};

/* --- running ------------------------------------------------------------------ */

/* A network and a /run of its own; what we make there ends with the process. */
static int enter_namespaces(void)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 ||
	    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL) < 0 ||
	    mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL) < 0)
		return -errno;
	return mkdir("/run/netns", 0755) < 0 ? -errno : 0;
}

static bool starts_a_process(void)
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid > 0) {
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		return false;
	}
	CHECK(enter_namespaces() == 0, "namespaces: %s", strerror(errno));
	return true;
}

static void scene_test(void **state_)
{
	if (!starts_a_process())
		return;
	play(*state_);
	_exit(0);
}

static void story_test(void **state_)
{
	const struct story *story = *state_;

	if (!starts_a_process())
		return;
	story->play();
	_exit(0);
}

static bool put(const char *path, const char *text)
{
	_cleanup_(closep) int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* Without root, a user namespace in which we are. */
static bool become_root(void)
{
	_cleanup_(freep) char *uids = xasprintf("0 %u 1\n", geteuid());
	_cleanup_(freep) char *gids = xasprintf("0 %u 1\n", getegid());

	if (geteuid() == 0)
		return true;
	return unshare(CLONE_NEWUSER) == 0 && put("/proc/self/setgroups", "deny") &&
	       put("/proc/self/uid_map", uids) && put("/proc/self/gid_map", gids);
}

static bool can_play(void)
{
	pid_t pid;
	int status;

	if (shell("command -v ip bridge nft iptables-nft >/dev/null") != 0 || !become_root())
		return false;
	pid = fork();
	if (pid == 0)
		_exit(enter_namespaces() == 0 ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenes) + ARRAY_SIZE(stories)];
	const char *wanted = argc > 1 ? argv[1] : "";
	size_t n = 0;

	if (!can_play())
		return 77;
	for (size_t i = 0; i < ARRAY_SIZE(scenes); i++)
		if (strstr(scenes[i].name, wanted))
			tests[n++] = (struct CMUnitTest){
				.name = scenes[i].name,
				.test_func = scene_test,
				.initial_state = (void *)&scenes[i],
			};
	for (size_t i = 0; i < ARRAY_SIZE(stories); i++)
		if (strstr(stories[i].name, wanted))
			tests[n++] = (struct CMUnitTest){
				.name = stories[i].name,
				.test_func = story_test,
				.initial_state = (void *)&stories[i],
			};
	return _cmocka_run_group_tests("fix", tests, n, NULL, NULL);
}
