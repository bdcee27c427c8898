/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <netinet/in.h>

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>

#include "fib.h"
#include "op.h"
#include "whatif.h"

/* Namespace 0: br0 with the port veth0, whose other end is eth0 of netns1. */
static struct snapshot *world(void)
{
	struct snapshot *s = snapshot_new();
	struct ns *host, *guest;

	snapshot_add(s, "host", 1);
	snapshot_add(s, "netns1", 2);
	host = &s->ns.v[0];
	guest = &s->ns.v[1];
	guest->named = true;
	host->all.known = true;
	vec_push(&host->nsids, ((struct nsid){ .nsid = 0, .ns = 1 }));
	vec_push(&guest->nsids, ((struct nsid){ .nsid = 0, .ns = 0 }));
	vec_push(&host->links, ((struct link){ .ifindex = 2, .name = "br0", .kind = "bridge", .mtu = 1500,
					       .flags = IFF_UP, .carrier = true, .peer_nsid = -1 }));
	vec_push(&host->links, ((struct link){ .ifindex = 3, .name = "veth0", .kind = "veth", .mtu = 1500,
					       .flags = IFF_UP, .carrier = true, .master = 2, .peer = 4,
					       .brport = { .is_port = true, .state = BR_STATE_FORWARDING,
							   .flood = true } }));
	vec_push(&guest->links, ((struct link){ .ifindex = 4, .name = "eth0", .kind = "veth", .mtu = 1500,
						.flags = IFF_UP, .carrier = true, .peer = 3 }));
	return s;
}

static const struct link *link_called(const struct snapshot *s, int ns, const char *name)
{
	return ns_link_by_name(snapshot_ns(s, ns), name);
}

static void done(struct snapshot *s, const char *command)
{
	char *error = NULL;

	assert_int_equal(whatif_check(command, &error), 0);
	assert_int_equal(whatif_do(s, command, &error), 0);
	assert_null(error);
}

static void refused(struct snapshot *s, const char *command, int err, const char *why)
{
	_cleanup_(freep) char *error = NULL;

	assert_int_equal(whatif_do(s, command, &error), err);
	assert_non_null(strstr(error, why));
}

static void switches(void **state)
{
	struct snapshot *s = world();

	done(s, "sysctl -w net.ipv4.ip_forward=1");
	assert_int_equal(s->ns.v[0].all.forwarding, 1);
	assert_int_equal(link_called(s, 0, "br0")->inet.forwarding, 1);
	done(s, "sysctl net.ipv4.conf.veth0.rp_filter=2");
	assert_int_equal(link_called(s, 0, "veth0")->inet.rp_filter, 2);
	done(s, "ip netns exec netns1 sysctl -w 'net.ipv4.icmp_echo_ignore_all=1'");
	assert_int_equal(s->ns.v[1].icmp_echo_ignore_all, 1);
	assert_int_equal(s->ns.v[0].icmp_echo_ignore_all, 0);
	refused(s, "sysctl net.ipv4.tcp_sack=0", -ENOTSUP, "does not know the switch net.ipv4.tcp_sack=0");
	refused(s, "sysctl net.ipv4.ip_forward", -EINVAL, "NAME=NUMBER");
	refused(s, "sysctl net.ipv4.ip_forward=1 now", -EINVAL, "no place for now");
	refused(s, "sysctl net.ipv4.conf.eth9.forwarding=1", -ENOENT, "No such file");
	snapshot_free(s);
}

static void links(void **state)
{
	struct snapshot *s = world();

	done(s, "ip -n netns1 link set dev eth0 down");
	assert_false(link_called(s, 1, "eth0")->flags & IFF_UP);
	assert_false(link_called(s, 0, "veth0")->carrier);
	assert_int_equal(link_called(s, 0, "veth0")->brport.state, BR_STATE_DISABLED);
	assert_false(link_called(s, 0, "br0")->carrier);
	done(s, "ip -n netns1 link set eth0 mtu 1400 up");
	assert_int_equal(link_called(s, 1, "eth0")->mtu, 1400);
	assert_true(link_called(s, 0, "br0")->carrier);
	done(s, "ip link set veth0 nomaster");
	assert_int_equal(link_called(s, 0, "veth0")->master, 0);
	done(s, "ip link set veth0 master br0");
	assert_int_equal(link_called(s, 0, "veth0")->master, 2);
	done(s, "ip link set veth0 arp off");
	assert_true(link_called(s, 0, "veth0")->flags & IFF_NOARP);
	done(s, "bridge link set dev veth0 isolated on flood off");
	assert_true(link_called(s, 0, "veth0")->brport.isolated);
	assert_false(link_called(s, 0, "veth0")->brport.flood);
	refused(s, "ip link set eth0 down", -ENODEV, "there is no interface eth0");
	refused(s, "ip -n netns2 link set eth0 down", -ENOENT, "no namespace on the way is called netns2");
	refused(s, "ip link set veth0", -EINVAL, "missing");
	refused(s, "ip link set veth0 promisc on", -EINVAL, "no place for promisc");
	snapshot_free(s);
}

static int oif_to(const struct snapshot *s, const char *dst)
{
	struct fib_query q = { 0 };
	struct lookup way;

	addr_parse(dst, &q.dst);
	fib_lookup(snapshot_ns(s, 0), &q, &way);
	return way.error ? way.error : way.oif;
}

static void addresses_and_routes(void **state)
{
	struct snapshot *s = world();

	vec_push(&s->ns.v[0].rules, ((struct fib_rule){ .family = AF_INET, .action = 1, .table = RT_TABLE_MAIN,
							.priority = 32766, .suppress_prefixlen = -1 }));
	done(s, "ip addr add 192.0.2.1/24 dev br0");
	assert_int_equal(oif_to(s, "192.0.2.9"), 2);
	done(s, "ip route add default via 192.0.2.9");
	assert_int_equal(oif_to(s, "8.8.8.8"), 2);
	done(s, "ip route add blackhole 198.51.100.0/24 metric 5");
	assert_int_equal(oif_to(s, "198.51.100.1"), -EINVAL);
	refused(s, "ip route del 198.51.100.0/24 proto 4", -ESRCH, "No such process");
	refused(s, "ip route del 198.51.100.0/24 src 192.0.2.1", -ESRCH, "No such process");
	done(s, "ip route del 198.51.100.0/24");
	assert_int_equal(oif_to(s, "198.51.100.1"), 2);
	refused(s, "ip route add 203.0.113.0/24 via 10.9.9.9", -ENETUNREACH, "unreachable");
	refused(s, "ip route del 203.0.113.0/24", -ESRCH, "No such process");
	refused(s, "ip route add 203.0.113.0/33 dev br0", -EINVAL, "no prefix 203.0.113.0/33");
	done(s, "ip addr del 192.0.2.1/24 dev br0");
	assert_true(oif_to(s, "192.0.2.9") < 0);
	refused(s, "ip addr del 192.0.2.1/24 dev br0", -EADDRNOTAVAIL, "Cannot assign");
	done(s, "ip rule del pref 32766 from all lookup main");
	assert_int_equal(s->ns.v[0].rules.n, 0);
	snapshot_free(s);
}

static void add_chain(struct snapshot *s, nft_chain_list *chains, const char *name, bool legacy)
{
	struct nft_chain *c = vec_add(chains);

	*c = (struct nft_chain){ .family = NFPROTO_IPV4, .table = snapshot_intern(s, "filter"),
				 .name = snapshot_intern(s, name), .base = true, .policy = NF_ACCEPT,
				 .legacy = legacy };
	for (unsigned int i = 1; i <= 3; i++)
		vec_push(&c->rules, ((struct nft_rule){ .handle = legacy ? i : i * 10 }));
}

static void rules(void **state)
{
	struct snapshot *s = world();
	struct ns *host = &s->ns.v[0];

	add_chain(s, &host->chains, "FORWARD", false);
	add_chain(s, &host->legacy, "INPUT", true);
	done(s, "nft delete rule ip filter FORWARD handle 20");
	assert_int_equal(host->chains.v[0].rules.n, 2);
	assert_int_equal(host->chains.v[0].rules.v[1].handle, 30);
	done(s, "iptables -D FORWARD 2");
	assert_int_equal(host->chains.v[0].rules.n, 1);
	assert_int_equal(host->chains.v[0].rules.v[0].handle, 10);
	done(s, "iptables -t filter -D INPUT 1");
	assert_int_equal(host->legacy.v[0].rules.n, 2);
	assert_int_equal(host->legacy.v[0].rules.v[1].handle, 2);
	done(s, "iptables-legacy -P INPUT DROP");
	assert_int_equal(host->legacy.v[0].policy, NF_DROP);
	refused(s, "nft delete rule filter FORWARD handle 7", -ENOENT, "no such rule in FORWARD");
	refused(s, "iptables -D FORWARD 0", -ENOENT, "no such rule");
	refused(s, "iptables-legacy -D FORWARD 1", -ENOENT, "no such chain");
	refused(s, "nft flush ruleset", -EINVAL, "of nft the model knows");
	refused(s, "iptables -F", -EINVAL, "of iptables the model knows");
	host->chains.v[0].unread = true;
	refused(s, "nft delete rule filter FORWARD handle 10", -ENOENT, "not read");
	snapshot_free(s);
}

static void what_is_printed_can_be_tried(void **state)
{
	struct snapshot *s = world();
	struct op ops[] = {
		{ .kind = OP_SYSCTL, .sysctl = "net.ipv4.conf.eth0/1.forwarding", .value = 1 },
		{ .kind = OP_LINK_UP, .ns = 1, .ifindex = 4 },
		{ .kind = OP_LINK_ARP, .ifindex = 3 },
		{ .kind = OP_LINK_MASTER, .ifindex = 3, .value = 2 },
		{ .kind = OP_LINK_MTU, .ifindex = 3, .value = 1400, .old = 1500 },
		{ .kind = OP_PORT_STATE, .ifindex = 3, .value = 3 },
		{ .kind = OP_PORT_ISOLATED, .ifindex = 3 },
		{ .kind = OP_PORT_FLAG, .ifindex = 3, .flag = "flood", .value = 1 },
		{ .kind = OP_ADDR_ADD, .ifindex = 2 },
		{ .kind = OP_ROUTE_ADD, .ns = 1, .route = { .nh.oif = 4, .table = 100, .priority = 5 } },
		{ .kind = OP_ROUTE_DEL, .route = { .nh.oif = 2, .type = RTN_UNICAST, .mtu = 1400 } },
		{ .kind = OP_NEIGH_DEL, .ifindex = 2, .neigh = { .mac = { 2 }, .mac_len = 6 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		op_strings commands = { 0 };

		addr_parse("192.0.2.1", &ops[i].prefix.addr);
		ops[i].prefix.len = 24;
		ops[i].route.dst = prefix_network(&ops[i].prefix);
		addr_parse("192.0.2.9", &ops[i].neigh.addr);
		op_commands(s, &ops[i], &commands);
		op_undo_commands(s, &ops[i], &commands);
		vec_each(command, &commands) {
			char *error = NULL;

			/* entries of neighbours are only deleted */
			if (strstr(*command, " replace "))
				continue;
			if (whatif_check(*command, &error) < 0)
				fail_msg("%s", error);
		}
		op_strings_free(&commands);
	}
	snapshot_free(s);
}

static void what_cannot_be_meant(void **state)
{
	static const char *const commands[] = {
		"", "  ", "reboot", "ip", "ip link", "ip -s link set a up", "ip route", "ip route replace default",
		"ip neigh add 192.0.2.1", "ip netns exec", "ip netns exec a", "ip link set 'a up",
		"bridge fdb del 02:00:00:00:00:01 dev a", "bridge link set dev a flood maybe", "sysctl -w",
		"nft delete rule ip filter FORWARD handle x", "iptables -t", "iptables -P FORWARD QUEUE",
		"ip addr add 192.0.2.1/24", "nsenter --net=/run/netns/a",
	};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		_cleanup_(freep) char *error = NULL;

		assert_int_equal(whatif_check(commands[i], &error), -EINVAL);
		assert_non_null(error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(switches),
		cmocka_unit_test(links),
		cmocka_unit_test(addresses_and_routes),
		cmocka_unit_test(rules),
		cmocka_unit_test(what_is_printed_can_be_tried),
		cmocka_unit_test(what_cannot_be_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
