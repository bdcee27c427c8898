/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <netinet/in.h>

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "diff.h"
#include "strbuf.h"

/* eth0 of the host is on the way to 192.0.2.9, eth1 is not. */
static struct diagnosis *answer(void)
{
	struct diagnosis *d = xcalloc(1, sizeof(*d));
	struct snapshot *s = snapshot_new();
	struct ns *host;

	snapshot_add(s, "host", 1);
	host = &s->ns.v[0];
	host->all.known = true;
	host->all.forwarding = 1;
	vec_push(&host->links, ((struct link){ .ifindex = 2, .name = "eth0", .mtu = 1500, .flags = IFF_UP }));
	vec_push(&host->links, ((struct link){ .ifindex = 3, .name = "eth1", .mtu = 1500, .flags = IFF_UP }));
	vec_push(&host->routes, ((struct route){ .dst.addr.family = AF_INET, .table = RT_TABLE_MAIN,
						 .type = RTN_UNICAST, .nh.oif = 2 }));
	vec_push(&d->path, ((struct hop){ .ns = 0, .ifindex = 2 }));
	d->snapshot = s;
	d->summary = xstrdup("host reaches 192.0.2.9.");
	d->source = (struct endpoint){ .kind = "host" };
	d->destination = (struct endpoint){ .kind = "address", .ns = -1 };
	addr_parse("192.0.2.9", &d->destination.address);
	return d;
}

static struct ns *host_of(struct diagnosis *d)
{
	return &d->snapshot->ns.v[0];
}

/* Compares, and holds the text of what changed against what is expected. */
static void expect(struct diagnosis *before, struct diagnosis *after, const char *expected)
{
	diff_changes changes = { 0 };
	struct strbuf b = { 0 };
	const char *text;

	diff_find(before, after, &changes);
	diff_text(before, after, &changes, &b);
	text = strstr(strbuf_str(&b), "\n\n");
	assert_non_null(text);
	assert_string_equal(text + 2, expected);
	strbuf_done(&b);
	diff_free(&changes);
	diagnosis_free(before);
	diagnosis_free(after);
}

static void the_same_is_no_difference(void **state)
{
	expect(answer(), answer(), "Nothing changed on the way.\n");
}

static void what_is_on_the_way_counts(void **state)
{
	struct diagnosis *before = answer(), *after = answer();
	struct ns *host = host_of(after);

	host->all.forwarding = 0;
	host->links.v[0].mtu = 1400;
	host->links.v[0].flags = 0;
	addr_parse("192.0.2.1", &host->routes.v[0].nh.gateway);
	expect(before, after, "host\n"
			      "  ~ eth0, switched: up -> down\n"
			      "  ~ eth0, MTU: 1500 -> 1400\n"
			      "  ~ route default: dev eth0 -> via 192.0.2.1 dev eth0\n"
			      "  ~ net.ipv4.ip_forward: 1 -> 0\n");
}

static void a_bridge_has_switches_of_its_own(void **state)
{
	struct diagnosis *before = answer(), *after = answer();

	str_copy(host_of(before)->links.v[0].kind, sizeof(host_of(before)->links.v[0].kind), "bridge");
	str_copy(host_of(after)->links.v[0].kind, sizeof(host_of(after)->links.v[0].kind), "bridge");
	host_of(before)->links.v[0].nf_call_ip6tables = true;
	host_of(after)->links.v[0].nf_call_iptables = true;
	expect(before, after, "host\n"
			      "  ~ eth0, nf_call_iptables: off -> on\n"
			      "  ~ eth0, nf_call_ip6tables: on -> off\n");
}

/* A base chain of a policy, perhaps not read. */
static void add_chain(struct diagnosis *d, const char *name, bool unread)
{
	struct nft_chain *c = vec_add(&host_of(d)->chains);

	*c = (struct nft_chain){ .family = NFPROTO_IPV4, .table = "filter", .name = name, .base = true,
				 .policy = NF_ACCEPT, .type = "filter", .devs = "", .unread = unread };
}

static void what_was_not_read_is_not_told(void **state)
{
	struct diagnosis *before = answer(), *after = answer();

	add_chain(before, "known", false);
	add_chain(before, "once", true);
	add_chain(after, "once", false);
	add_chain(before, "now", false);
	add_chain(after, "now", true);
	expect(before, after, "host\n"
			      "  - nft, policy of ip filter known: accept\n");

	before = answer();
	after = answer();
	add_chain(before, "known", false);
	host_of(after)->more_chains = true;
	expect(before, after, "Nothing changed on the way.\n");

	before = answer();
	after = answer();
	add_chain(after, "known", false);
	host_of(before)->error[COLLECT_NFT] = -EACCES;
	expect(before, after, "Nothing changed on the way.\n");
}

static void what_is_not_on_the_way_does_not(void **state)
{
	struct diagnosis *before = answer(), *after = answer();
	struct route aside = { .table = RT_TABLE_MAIN, .type = RTN_UNICAST, .nh.oif = 3, .dst.len = 24 };

	host_of(after)->links.v[1].mtu = 1400;
	addr_parse("198.51.100.0", &aside.dst.addr);
	vec_push(&host_of(after)->routes, aside);
	expect(before, after, "Nothing changed on the way.\n");
}

static void neighbours_come_and_go(void **state)
{
	struct diagnosis *before = answer(), *after = answer();
	struct neigh n = { .ifindex = 2, .mac = { 2 }, .mac_len = 6, .state = NUD_REACHABLE };

	addr_parse("192.0.2.1", &n.addr);
	vec_push(&host_of(before)->neighs, n);
	addr_parse("192.0.2.2", &n.addr);
	vec_push(&host_of(before)->neighs, n);
	n.mac[5] = 1;
	vec_push(&host_of(after)->neighs, n);
	expect(before, after,
	       "host\n"
	       "  ~ neighbour 192.0.2.2 on eth0: 02:00:00:00:00:00 -> 02:00:00:00:00:01\n");
}

/* Without the interface nothing is said of what it was like. */
static void an_interface_goes(void **state)
{
	struct diagnosis *before = answer(), *after = answer();

	vec_remove(&host_of(after)->links, 0);
	host_of(after)->routes.n = 0;
	after->path.n = 0;
	expect(before, after, "host\n"
			      "  - interface eth0: hardware\n"
			      "  - route default: dev eth0\n");
}

static void a_namespace_comes(void **state)
{
	struct diagnosis *before = answer(), *after = answer();

	snapshot_add(after->snapshot, "netns1", 2);
	after->snapshot->ns.v[1].all.known = true;
	expect(before, after, "netns1\n"
			      "  + namespace: on the way\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_is_no_difference),
		cmocka_unit_test(what_is_on_the_way_counts),
		cmocka_unit_test(a_bridge_has_switches_of_its_own),
		cmocka_unit_test(what_was_not_read_is_not_told),
		cmocka_unit_test(what_is_not_on_the_way_does_not),
		cmocka_unit_test(neighbours_come_and_go),
		cmocka_unit_test(an_interface_goes),
		cmocka_unit_test(a_namespace_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
