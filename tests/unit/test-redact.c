/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What names and addresses become in a file that is shown to strangers, and where they are found. */
#include "unit.h"

#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/if_link.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/rtnetlink.h>

#include "collect/nft.h"
#include "firewall/legacy.h"
#include "nftexpr.h"
#include "redact.h"
#include "redact/redactor.h"
#include "strbuf.h"

/* --- addresses ------------------------------------------------------------------ */

static struct addr A(const char *s)
{
	struct addr a = { 0 };

	assert_int_equal(addr_parse(s, &a), 0);
	return a;
}

static unsigned int shared_bits(const struct addr *a, const struct addr *b)
{
	unsigned int n = 0;

	while (n < addr_len(a->family) * 8 && !((a->b[n / 8] ^ b->b[n / 8]) >> (7 - n % 8) & 1))
		n++;
	return n;
}

static void note(struct redact_map *m, const struct addr *a)
{
	redact_map_note(m, a->family, a->b, (unsigned int)addr_len(a->family) * 8);
}

static struct addr become(const struct redact_map *m, struct addr a)
{
	redact_map_bits(m, a.family, a.b, (unsigned int)addr_len(a.family) * 8);
	return a;
}

static void order_and_prefixes_stay(void **state)
{
	for (int round = 0; round < 50; round++) {
		struct redact_map *m = redact_map_new();
		struct addr was[40], is[40];

		for (size_t i = 0; i < ARRAY_SIZE(was); i++) {
			was[i] = (struct addr){ .family = i % 2 ? AF_INET6 : AF_INET };
			random_bytes(was[i].b, addr_len(was[i].family));
			/* some of one network */
			if (i >= 20)
				memcpy(was[i].b, was[i % 2].b, 3);
			note(m, &was[i]);
		}
		for (size_t i = 0; i < ARRAY_SIZE(was); i++)
			is[i] = become(m, was[i]);
		for (size_t i = 0; i < ARRAY_SIZE(was); i++) {
			for (size_t j = i % 2; j < ARRAY_SIZE(was); j += 2) {
				int before = memcmp(was[i].b, was[j].b, 16), after = memcmp(is[i].b, is[j].b, 16);

				assert_int_equal(shared_bits(&is[i], &is[j]), shared_bits(&was[i], &was[j]));
				assert_int_equal((before > 0) - (before < 0), (after > 0) - (after < 0));
			}
		}
		redact_map_free(m);
	}
}

static void special_ranges_stay(void **state)
{
	static const struct {
		const char *addr;
		unsigned int bits; /* that stay */
	} kept[] = {
		{ "10.1.2.3", 8 },      { "172.16.5.4", 12 },   { "192.168.7.7", 16 },  { "100.64.9.9", 10 },
		{ "127.0.0.53", 32 },   { "169.254.1.1", 32 },  { "224.0.0.251", 32 },  { "255.255.255.255", 32 },
		{ "0.0.0.0", 32 },      { "::1", 128 },         { "fe80::1:2", 64 },    { "fd00:1::9", 7 },
		{ "ff02::1", 128 },     { "198.51.100.71", 32 }, { "203.0.113.29", 32 },
	};
	static const char *const others[] = { "8.8.8.8", "9.9.9.9", "11.0.0.1", "172.32.0.1", "192.169.0.1", "2001:4860::8888" };

	for (int round = 0; round < 50; round++) {
		struct redact_map *m = redact_map_new();

		for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
			note(m, &(struct addr[]){ A(kept[i].addr) }[0]);
		for (size_t i = 0; i < ARRAY_SIZE(others); i++)
			note(m, &(struct addr[]){ A(others[i]) }[0]);
		for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
			struct addr was = A(kept[i].addr), is = become(m, was);

			assert_true(shared_bits(&was, &is) >= kept[i].bits);
			assert_int_equal(addr_is_private(&was), addr_is_private(&is));
			assert_int_equal(addr_is_loopback(&was), addr_is_loopback(&is));
		}
		for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
			struct addr is = become(m, A(others[i]));

			assert_false(addr_is_private(&is) || addr_is_loopback(&is) || addr_is_multicast(&is) ||
				     addr_is_linklocal(&is));
			assert_true(addr_is_unicast(&is));
		}
		redact_map_free(m);
	}
}

static void it_is_another_address(void **state)
{
	struct redact_map *m = redact_map_new();
	struct addr four = A("93.184.216.34"), six = A("2a00:1450:4001::5e"), mapped = A("::ffff:93.184.216.34"), is;

	note(m, &four);
	note(m, &six);
	note(m, &mapped);
	is = become(m, six);
	assert_true(shared_bits(&six, &is) < 64);
	is = become(m, mapped);
	four = become(m, four);
	/* the one of IPv4, as IPv6 sockets have it */
	assert_memory_equal(is.b + 12, four.b, 4);
	redact_map_free(m);
}

/* --- names ---------------------------------------------------------------------- */

static struct strbuf renamed(struct redact_map *m, const char *name)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, name);
	redact_map_name(m, b.s, b.n);
	return b;
}

static void names_that_begin_alike(void **state)
{
	struct redact_map *m = redact_map_new();
	_cleanup_(strbuf_done) struct strbuf a = renamed(m, "acme-customer-17"), b = renamed(m, "acme-customer-9x"),
					     all = renamed(m, "acme-*"), again = renamed(m, "acme-customer-17"),
					     other = renamed(m, "bcme");

	assert_string_equal(strbuf_str(&a), strbuf_str(&again));
	assert_string_not_equal(strbuf_str(&a), "acme-customer-17");
	assert_int_equal(strncmp(a.s, b.s, strlen("acme-customer-")), 0);
	assert_int_not_equal(a.s[14], b.s[14]);
	assert_int_equal(strncmp(a.s, all.s, strlen("acme-")), 0);
	assert_int_not_equal(a.s[0], other.s[0]);
	assert_true(a.s[4] == '-' && a.s[13] == '-' && a.s[14] >= '0' && a.s[15] <= '9');
	redact_map_free(m);
}

static void names_that_are_the_same_everywhere(void **state)
{
	static const char *const same[] = { "lo", "eth0", "eth1", "docker0", "br-", "INPUT", "DOCKER-USER", "filter",
					    "veth12", "KUBE-", "ufw-user-forward", "host", "" };
	struct redact_map *m = redact_map_new();
	_cleanup_(strbuf_done) struct strbuf chain = renamed(m, "KUBE-SVC-ABCDEFGHIJK"),
					     container = renamed(m, "docker:web-frontend");

	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		_cleanup_(strbuf_done) struct strbuf b = renamed(m, same[i]);

		assert_string_equal(strbuf_str(&b), same[i]);
	}
	assert_int_equal(strncmp(chain.s, "KUBE-", 5), 0);
	assert_string_not_equal(chain.s, "KUBE-SVC-ABCDEFGHIJK");
	assert_int_equal(strncmp(container.s, "docker:", 7), 0);
	assert_null(strstr(container.s, "frontend"));
	/* ids of containers and networks begin with digits, too */
	for (int round = 0; round < 20; round++) {
		_cleanup_(strbuf_done) struct strbuf id = { 0 };
		struct redact_map *other = redact_map_new();

		id = renamed(other, "br-0123456789");
		assert_string_not_equal(strbuf_str(&id), "br-0123456789");
		redact_map_free(other);
	}
	redact_map_free(m);
}

static void mac_addresses(void **state)
{
	struct redact_map *m = redact_map_new();
	uint8_t local[6] = { 0x02, 0x42, 0xac, 0x11, 0, 2 }, again[6], global[6] = { 0x00, 0x16, 0x3e, 1, 2, 3 },
		group[6] = { 0x33, 0x33, 0, 0, 0, 1 }, none[6] = { 0 };
	const uint8_t was[6] = { 0x02, 0x42, 0xac, 0x11, 0, 2 };

	memcpy(again, local, 6);
	redact_map_mac(m, local);
	redact_map_mac(m, again);
	redact_map_mac(m, global);
	redact_map_mac(m, group);
	redact_map_mac(m, none);
	assert_memory_equal(local, again, 6);
	assert_memory_not_equal(local, was, 6);
	assert_int_equal(local[0] & 3, 2);
	assert_int_equal(global[0] & 3, 0);
	assert_int_equal(group[0], 0x33);
	assert_int_equal(none[3], 0);
	redact_map_free(m);
}

static void what_is_left_is_found(void **state)
{
	struct redact_map *m = redact_map_new();
	_cleanup_(strbuf_done) struct strbuf name = renamed(m, "warehouse");
	struct addr a = A("93.184.216.34");
	static const uint8_t bytes[] = { 1, 2, 93, 184, 216, 34, 9 };
	_cleanup_(freep) char *in_name = NULL, *in_text = NULL, *in_bytes = NULL;

	note(m, &a);
	assert_null(redact_map_leak(m, "nothing of it", 13));
	in_name = redact_map_leak(m, "a warehouse!", 12);
	assert_non_null(in_name);
	in_text = redact_map_leak(m, "at 93.184.216.34", 16);
	assert_string_equal(in_text, "the address 93.184.216.34");
	in_bytes = redact_map_leak(m, bytes, sizeof(bytes));
	assert_non_null(in_bytes);
	redact_map_free(m);
}

/* --- messages --------------------------------------------------------------------- */

struct message {
	char bytes[4096];
	struct redactor r;
};

static struct nlmsghdr *begin(struct message *m, uint16_t type, size_t header)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(m->bytes);

	nlh->nlmsg_type = type;
	memset(mnl_nlmsg_put_extra_header(nlh, header), 0, header);
	m->r = (struct redactor){ .map = redact_map_new(), .noting = true, .ns = NULL };
	return nlh;
}

static void redact(struct message *m, enum collect_kind kind)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)m->bytes;

	redactor_message(&m->r, kind, nlh);
	m->r.noting = false;
	if (!m->r.refused)
		redactor_message(&m->r, kind, nlh);
}

static void done(struct message *m)
{
	free(m->r.refused);
	redact_map_free(m->r.map);
}

static const struct nlattr *attr(const struct message *m, size_t header, uint16_t type)
{
	const struct nlattr *a;

	mnl_attr_for_each(a, (const struct nlmsghdr *)m->bytes, (unsigned int)header)
		if (mnl_attr_get_type(a) == type)
			return a;
	return NULL;
}

static void what_is_not_looked_at_becomes_zeros(void **state)
{
	struct message m = { 0 };
	struct nlmsghdr *nlh = begin(&m, RTM_NEWLINK, sizeof(struct ifinfomsg));
	const size_t header = sizeof(struct ifinfomsg);
	static const char none[sizeof("the customer's")];

	mnl_attr_put_strz(nlh, IFLA_IFNAME, "acme0");
	mnl_attr_put_strz(nlh, IFLA_IFALIAS, "the customer's");
	mnl_attr_put_u32(nlh, IFLA_MTU, 1400);
	redact(&m, COLLECT_LINK);
	assert_null(m.r.refused);
	assert_string_not_equal(mnl_attr_get_str(attr(&m, header, IFLA_IFNAME)), "acme0");
	assert_int_equal(strlen(mnl_attr_get_str(attr(&m, header, IFLA_IFNAME))), 5);
	assert_memory_equal(mnl_attr_get_payload(attr(&m, header, IFLA_IFALIAS)), none, sizeof(none));
	assert_int_equal(mnl_attr_get_u32(attr(&m, header, IFLA_MTU)), 1400);
	done(&m);
}

static void the_network_of_a_route(void **state)
{
	struct message m = { 0 };
	struct nlmsghdr *nlh = begin(&m, RTM_NEWROUTE, sizeof(struct rtmsg));
	const size_t header = sizeof(struct rtmsg);
	struct addr dst = A("93.184.216.0"), gateway = A("93.184.216.34");
	const uint8_t *now, *via;

	((struct rtmsg *)mnl_nlmsg_get_payload(nlh))->rtm_dst_len = 24;
	mnl_attr_put(nlh, RTA_DST, 4, dst.b);
	mnl_attr_put(nlh, RTA_GATEWAY, 4, gateway.b);
	redact(&m, COLLECT_ROUTE);
	now = mnl_attr_get_payload(attr(&m, header, RTA_DST));
	via = mnl_attr_get_payload(attr(&m, header, RTA_GATEWAY));
	assert_memory_equal(now, via, 3);
	assert_int_equal(now[3], 0);
	assert_memory_not_equal(now, dst.b, 3);
	done(&m);
}

/* --- rules ------------------------------------------------------------------------ */

/* A rule of an ip table with what f puts into it, redacted; what each comparison is then, one after the other. */
static void rule_of(struct message *m, uint8_t family, void (*f)(struct nftnl_rule *nr), struct strbuf *ret_cmps)
{
	struct nftnl_rule *nr = nftnl_rule_alloc(), *back = nftnl_rule_alloc();
	struct nlmsghdr *nlh = nftnl_nlmsg_build_hdr(m->bytes, NFT_TYPE(NFT_MSG_NEWRULE) & 0xff, family, 0, 0);
	struct nftnl_expr_iter *it;
	struct nftnl_expr *e;

	nftnl_rule_set_str(nr, NFTNL_RULE_TABLE, "acme");
	nftnl_rule_set_str(nr, NFTNL_RULE_CHAIN, "forward");
	nftnl_rule_set_data(nr, NFTNL_RULE_USERDATA, "\0\7acme!!", 9);
	f(nr);
	nftnl_rule_nlmsg_build_payload(nlh, nr);
	m->r = (struct redactor){ .map = redact_map_new(), .noting = true };
	redact(m, COLLECT_NFT);
	assert_int_equal(nftnl_rule_nlmsg_parse(nlh, back), 0);
	if (!m->r.refused) {
		assert_null(memmem(m->bytes, nlh->nlmsg_len, "acme", 4));
		assert_string_equal(nftnl_rule_get_str(back, NFTNL_RULE_CHAIN), "forward");
	}
	it = nftnl_expr_iter_create(back);
	while ((e = nftnl_expr_iter_next(it))) {
		uint32_t n = 0;
		const void *data = nftnl_expr_is_set(e, NFTNL_EXPR_CMP_DATA) &&
						   streq(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), "cmp") ?
					   nftnl_expr_get(e, NFTNL_EXPR_CMP_DATA, &n) : NULL;

		strbuf_add(ret_cmps, data ? data : "", n);
	}
	nftnl_expr_iter_destroy(it);
	nftnl_rule_free(nr);
	nftnl_rule_free(back);
}

static const uint8_t net[4] = { 93, 184, 216, 0 }, one[4] = { 93, 184, 216, 34 };

static void from_a_network_to_one(struct nftnl_rule *nr)
{
	static const uint8_t mask[4] = { 255, 255, 255, 0 };

	nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	nftexpr_mask(nr, mask, 4);
	nftexpr_cmp(nr, NFT_CMP_EQ, net, 4);
	nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, 16, 4);
	nftexpr_cmp(nr, NFT_CMP_GTE, one, 4);
	nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, 9, 1);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\6", 1);
	nftexpr_meta(nr, NFT_META_IIFNAME);
	nftexpr_cmp(nr, NFT_CMP_EQ, "acme", 4);
	nftexpr_payload(nr, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\x01\xbb", 2);
}

static void values_of_a_rule(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	struct message m = { 0 };

	rule_of(&m, NFPROTO_IPV4, from_a_network_to_one, &b);
	assert_null(m.r.refused);
	assert_int_equal(b.n, 4 + 4 + 1 + 4 + 2);
	assert_memory_equal(b.s, b.s + 4, 3);
	assert_memory_not_equal(b.s, net, 3);
	assert_int_equal(b.s[3], 0);
	assert_memory_equal(b.s + 8, "\6", 1);
	assert_memory_not_equal(b.s + 9, "acme", 4);
	assert_memory_equal(b.s + 13, "\x01\xbb", 2);
	done(&m);
}

static void of_the_connection(struct nftnl_rule *nr, uint32_t key, const uint8_t *bytes, uint32_t n)
{
	struct nftnl_expr *e = nftexpr_add(nr, "ct");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u8(e, NFTNL_EXPR_CT_DIR, 0);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	nftexpr_cmp(nr, NFT_CMP_EQ, bytes, n);
}

/* "ct original ip saddr 93.184.0.0/16", "… ip6 saddr 2a02:a10::/32": only so many bytes are compared */
static void prefixes_of_the_connection(struct nftnl_rule *nr)
{
	static const uint8_t net6[4] = { 0x2a, 0x02, 0x0a, 0x10 };

	nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, 12, 2);
	nftexpr_cmp(nr, NFT_CMP_EQ, net, 2);
	of_the_connection(nr, NFT_CT_SRC_IP, net, 2);
	of_the_connection(nr, NFT_CT_SRC, net, 2);
	of_the_connection(nr, NFT_CT_SRC_IP6, net6, 4);
	of_the_connection(nr, NFT_CT_DST_IP6, net6, 2);
}

static void a_connection_as_a_packet(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	struct message m = { 0 };

	rule_of(&m, NFPROTO_IPV4, prefixes_of_the_connection, &b);
	assert_null(m.r.refused);
	assert_int_equal(b.n, 2 + 2 + 2 + 4 + 2);
	assert_memory_not_equal(b.s, net, 2);
	assert_memory_equal(b.s + 2, b.s, 2);
	assert_memory_equal(b.s + 4, b.s, 2);
	/* of the same network */
	assert_memory_equal(b.s + 6, b.s + 10, 2);
	done(&m);
}

static void by_the_ethertype(struct nftnl_rule *nr)
{
	nftexpr_meta(nr, NFT_META_PROTOCOL);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\x08\x00", 2);
	from_a_network_to_one(nr);
}

static void sparse_mask(struct nftnl_rule *nr)
{
	static const uint8_t mask[4] = { 255, 0, 255, 0 };

	nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	nftexpr_mask(nr, mask, 4);
	nftexpr_cmp(nr, NFT_CMP_EQ, net, 4);
}

static void end_of_an_address(struct nftnl_rule *nr)
{
	nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, 14, 2);
	nftexpr_cmp(nr, NFT_CMP_EQ, one + 2, 2);
}

static void payload_bytes(struct nftnl_rule *nr)
{
	nftexpr_payload(nr, NFT_PAYLOAD_TRANSPORT_HEADER, 20, 8);
	nftexpr_cmp(nr, NFT_CMP_EQ, "customer", 8);
}

static void new_expression(struct nftnl_rule *nr)
{
	nftexpr_add(nr, "hash");
}

static void unused_value(struct nftnl_rule *nr)
{
	nftexpr_data(nr, one, 4);
}

/* "ether type vlan ip saddr …", as nft writes it */
static void behind_a_tag(struct nftnl_rule *nr)
{
	nftexpr_payload(nr, NFT_PAYLOAD_LL_HEADER, 12, 2);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\x81\x00", 2);
	nftexpr_payload(nr, NFT_PAYLOAD_LL_HEADER, 16, 2);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\x08\x00", 2);
	nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	nftexpr_cmp(nr, NFT_CMP_EQ, one, 4);
}

/* "vlan id 5" */
static void tag(struct nftnl_rule *nr)
{
	nftexpr_payload(nr, NFT_PAYLOAD_LL_HEADER, 12, 2);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\x81\x00", 2);
	nftexpr_payload(nr, NFT_PAYLOAD_LL_HEADER, 14, 2);
	nftexpr_mask(nr, "\x0f\xff", 2);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\0\5", 2);
}

/* An address, counted from the beginning of the frame */
static void far_from_the_link_header(struct nftnl_rule *nr)
{
	nftexpr_payload(nr, NFT_PAYLOAD_LL_HEADER, 26, 4);
	nftexpr_cmp(nr, NFT_CMP_EQ, one, 4);
}

static void behind_the_network_header(struct nftnl_rule *nr)
{
	nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, 24, 4);
	nftexpr_cmp(nr, NFT_CMP_EQ, one, 4);
}

static void in_a_payload(struct nftnl_rule *nr)
{
	nftexpr_payload(nr, NFT_PAYLOAD_TRANSPORT_HEADER, 4, 4);
	nftexpr_cmp(nr, NFT_CMP_EQ, one, 4);
}

static void in_a_datagram(struct nftnl_rule *nr)
{
	nftexpr_meta(nr, NFT_META_L4PROTO);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\x11", 1);
	nftexpr_payload(nr, NFT_PAYLOAD_TRANSPORT_HEADER, 8, 4);
	nftexpr_cmp(nr, NFT_CMP_EQ, one, 4);
}

static void by_icmp(struct nftnl_rule *nr, uint32_t offset, const void *data, uint32_t n)
{
	nftexpr_meta(nr, NFT_META_L4PROTO);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\1", 1);
	nftexpr_payload(nr, NFT_PAYLOAD_TRANSPORT_HEADER, offset, n);
	nftexpr_cmp(nr, NFT_CMP_EQ, data, n);
}

static void icmp_gateway(struct nftnl_rule *nr)
{
	by_icmp(nr, 4, one, 4);
}

static void icmp_id(struct nftnl_rule *nr)
{
	by_icmp(nr, 4, "\0\5", 2);
}

static void tcp_flags(struct nftnl_rule *nr)
{
	nftexpr_payload(nr, NFT_PAYLOAD_TRANSPORT_HEADER, 13, 1);
	nftexpr_mask(nr, "\x12", 1);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\2", 1);
	nftexpr_payload(nr, NFT_PAYLOAD_TRANSPORT_HEADER, 4, 4);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\0\0\0\1", 4);
}

static void of_tcp(struct nftnl_rule *nr)
{
	nftexpr_meta(nr, NFT_META_L4PROTO);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\6", 1);
	tcp_flags(nr);
}

/* "ip ttl 5 ip protocol tcp …", which nft compares at once */
static void of_tcp_after_the_ttl(struct nftnl_rule *nr)
{
	nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, 8, 2);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\5\6", 2);
	tcp_flags(nr);
}

static const uint8_t six[16] = { 0x2a, 0, 0x14, 0x50, 0x40, 1, 0xc, 1, [15] = 0x71 };

static void an_option(struct nftnl_rule *nr, uint8_t type, const void *data, uint32_t n)
{
	struct nftnl_expr *e = nftexpr_add(nr, "exthdr");

	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_DREG, NFT_REG_1);
	nftnl_expr_set_u8(e, NFTNL_EXPR_EXTHDR_TYPE, type);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OFFSET, 2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_LEN, n);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_IPV6);
	nftexpr_cmp(nr, NFT_CMP_EQ, data, n);
}

static void routing_header(struct nftnl_rule *nr)
{
	an_option(nr, 43, six, sizeof(six));
}

static void segments_left(struct nftnl_rule *nr)
{
	an_option(nr, 43, "\1", 1);
}

static void overwritten_value(struct nftnl_rule *nr)
{
	nftexpr_data(nr, one, 4);
	nftexpr_meta(nr, NFT_META_MARK);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\0\0\0\1", 4);
}

static void impossible_register(struct nftnl_rule *nr)
{
	struct nftnl_expr *e = nftexpr_add(nr, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, 7);
	nftnl_expr_set_data(e, NFTNL_EXPR_IMM_DATA, one, 4);
}

/* "add @map { ip saddr : … }" */
static void constant_for_a_map(struct nftnl_rule *nr)
{
	struct nftnl_expr *e;

	nftexpr_data(nr, one, 4);
	e = nftexpr_add(nr, "dynset");
	nftnl_expr_set_u32(e, NFTNL_EXPR_DYNSET_SREG_KEY, NFT_REG_2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_DYNSET_SREG_DATA, NFT_REG_1);
	nftnl_expr_set_str(e, NFTNL_EXPR_DYNSET_SET_NAME, "blocked");
}

/* "icmpv6 taddr" */
static void target_of_a_solicitation(struct nftnl_rule *nr)
{
	nftexpr_meta(nr, NFT_META_L4PROTO);
	nftexpr_cmp(nr, NFT_CMP_EQ, "\x3a", 1);
	nftexpr_payload(nr, NFT_PAYLOAD_TRANSPORT_HEADER, 8, 16);
	nftexpr_cmp(nr, NFT_CMP_EQ, six, 16);
}

static void the_target_of_a_solicitation(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	struct message m = { 0 };

	rule_of(&m, NFPROTO_INET, target_of_a_solicitation, &b);
	assert_null(m.r.refused);
	assert_int_equal(b.n, 1 + 16);
	assert_memory_not_equal(b.s + 1, six, 16);
	done(&m);
}

static void what_cannot_be_hidden(void **state)
{
	static const struct {
		uint8_t family;
		void (*f)(struct nftnl_rule *nr);
		const char *why; /* NULL: it can be */
	} rules[] = {
		{ NFPROTO_IPV4, sparse_mask, "an address with a mask that is no prefix" },
		{ NFPROTO_IPV4, end_of_an_address, "a comparison with the end of an address" },
		{ NFPROTO_IPV4, payload_bytes, "a comparison with bytes of packets that are not known" },
		{ NFPROTO_IPV4, new_expression, "the expression \"hash\"" },
		{ NFPROTO_IPV4, unused_value, "a value of which it is not known what it is" },
		/* which header it is, is not said */
		{ NFPROTO_INET, from_a_network_to_one, "a comparison with bytes of packets that are not known" },
		{ NFPROTO_INET, by_the_ethertype, NULL },
		{ NFPROTO_BRIDGE, by_the_ethertype, NULL },
		{ NFPROTO_BRIDGE, behind_a_tag, "a comparison with bytes of packets that are not known" },
		{ NFPROTO_NETDEV, behind_a_tag, "a comparison with bytes of packets that are not known" },
		{ NFPROTO_BRIDGE, tag, NULL },
		{ NFPROTO_BRIDGE, far_from_the_link_header, "a comparison with bytes of packets that are not known" },
		{ NFPROTO_IPV4, behind_the_network_header, "a comparison with bytes of packets that are not known" },
		{ NFPROTO_IPV4, in_a_payload, "a comparison with bytes of packets that are not known" },
		{ NFPROTO_IPV4, in_a_datagram, "a comparison with bytes of packets that are not known" },
		{ NFPROTO_IPV4, icmp_gateway, "a comparison with bytes of packets that are not known" },
		{ NFPROTO_IPV4, icmp_id, NULL },
		{ NFPROTO_INET, of_tcp, NULL },
		{ NFPROTO_IPV4, of_tcp_after_the_ttl, NULL },
		{ NFPROTO_IPV6, routing_header, "a comparison with bytes of packets that are not known" },
		{ NFPROTO_IPV6, segments_left, NULL },
		{ NFPROTO_IPV4, overwritten_value, "a value of which it is not known what it is" },
		{ NFPROTO_IPV4, impossible_register, "a value of which it is not known what it is" },
		{ NFPROTO_IPV4, constant_for_a_map, "a value of which it is not known what it is" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		_cleanup_(strbuf_done) struct strbuf b = { 0 };
		struct message m = { 0 };

		rule_of(&m, rules[i].family, rules[i].f, &b);
		if (rules[i].why)
			assert_string_equal(m.r.refused ? m.r.refused : "", rules[i].why);
		else
			assert_null(m.r.refused);
		done(&m);
	}
}

/* --- elements of sets --------------------------------------------------------------- */

/* A map from an address to what nft numbers `type`, with n bytes of it; what they are then. */
static void map_data(struct message *m, uint32_t type, const void *data, uint32_t n, struct strbuf *ret)
{
	struct nftnl_set *known = nftnl_set_alloc(), *sent = nftnl_set_alloc(), *back = nftnl_set_alloc();
	struct nftnl_set_elem *e = nftnl_set_elem_alloc();
	struct nlmsghdr *nlh = nftnl_nlmsg_build_hdr(m->bytes, NFT_TYPE(NFT_MSG_NEWSETELEM) & 0xff, NFPROTO_IPV4, 0, 0);
	struct nft_set set = { .family = NFPROTO_IPV4, .table = "acme", .name = "servers", .ns = known };
	struct ns ns = { 0 };
	const void *now;

	nftnl_set_set_u32(known, NFTNL_SET_FLAGS, NFT_SET_MAP);
	nftnl_set_set_u32(known, NFTNL_SET_KEY_TYPE, 7);
	nftnl_set_set_u32(known, NFTNL_SET_DATA_TYPE, type);
	vec_push(&ns.sets, set);
	nftnl_set_set_str(sent, NFTNL_SET_TABLE, set.table);
	nftnl_set_set_str(sent, NFTNL_SET_NAME, set.name);
	nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, one, 4);
	nftnl_set_elem_set(e, NFTNL_SET_ELEM_DATA, data, n);
	nftnl_set_elem_add(sent, e);
	nftnl_set_elems_nlmsg_build_payload(nlh, sent);
	m->r = (struct redactor){ .map = redact_map_new(), .noting = true, .ns = &ns };
	redact(m, COLLECT_NFT);
	if (!m->r.refused) {
		struct nftnl_set_elems_iter *it;

		assert_int_equal(nftnl_set_elems_nlmsg_parse(nlh, back), 0);
		it = nftnl_set_elems_iter_create(back);
		now = nftnl_set_elem_get(nftnl_set_elems_iter_next(it), NFTNL_SET_ELEM_DATA, &n);
		strbuf_add(ret, now, n);
		nftnl_set_elems_iter_destroy(it);
	}
	vec_free(&ns.sets);
	nftnl_set_free(known);
	nftnl_set_free(sent);
	nftnl_set_free(back);
}

/* "dnat to ip saddr map { … : 93.184.216.34-93.184.216.44 }" */
static void ranges_that_a_map_has(void **state)
{
	static const uint8_t four[8] = { 93, 184, 216, 34, 93, 184, 216, 44 };
	uint8_t both[32];

	memcpy(both, six, 16);
	memcpy(both + 16, six, 16);
	both[31]++;
	for (size_t i = 0; i < 2; i++) {
		const uint8_t *was = i ? both : four;
		const size_t len = i ? 16 : 4;
		_cleanup_(strbuf_done) struct strbuf b = { 0 };
		struct message m = { 0 };

		map_data(&m, i ? 8 : 7, was, (uint32_t)len * 2, &b);
		assert_null(m.r.refused);
		assert_int_equal(b.n, len * 2);
		assert_memory_not_equal(b.s, was, len);
		assert_memory_not_equal(b.s + len, was + len, len);
		assert_memory_equal(b.s, b.s + len, len - 1);
		assert_true((uint8_t)b.s[len - 1] < (uint8_t)b.s[len * 2 - 1]);
		done(&m);
	}
}

static void data_of_another_length(void **state)
{
	static const struct {
		uint32_t type, n;
		const char *why; /* NULL: it is not refused */
	} cases[] = {
		{ 7, 4, NULL },
		{ 7, 6, "an address of 6 bytes" },
		{ 7, 12, "an address of 12 bytes" },
		{ 8, 16, NULL },
		{ 8, 8, "an address of 8 bytes" },
		{ 9, 6, NULL },
		{ 9, 12, "a MAC address of 12 bytes" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(strbuf_done) struct strbuf b = { 0 };
		struct message m = { 0 };

		map_data(&m, cases[i].type, six, cases[i].n, &b);
		if (cases[i].why)
			assert_string_equal(m.r.refused ? m.r.refused : "", cases[i].why);
		else
			assert_null(m.r.refused);
		done(&m);
	}
}

/* --- ipsets ----------------------------------------------------------------------------- */

static void message_of(struct message *m, uint16_t type, const void *data, uint32_t n)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)m->bytes;

	nlh->nlmsg_type = type;
	nlh->nlmsg_len = NLMSG_LENGTH(n);
	memcpy(NLMSG_DATA(nlh), data, n);
	m->r = (struct redactor){ .map = redact_map_new(), .noting = true };
}

/* The packet and the set become others, what was answered stays; wherever the message was kept. */
static void what_an_ipset_said(void **state)
{
	static const enum collect_kind kinds[] = { COLLECT_NFT, COLLECT_LEGACY };
	const struct ipset_name name = { .index = 7, .name = "customers" };
	struct ipset_answer asked = { .found = 1, .question = { .index = 7, .family = NFPROTO_IPV4, .iface = "warehouse" } };

	memcpy(asked.question.addrs[0], one, 4);
	memcpy(asked.question.addrs[1], one, 4);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct ipset_answer *a;
		struct message m = { 0 };

		message_of(&m, 0xfffd, &asked, sizeof(asked));
		redact(&m, kinds[i]);
		assert_null(m.r.refused);
		a = NLMSG_DATA((struct nlmsghdr *)m.bytes);
		assert_int_equal(a->question.index, 7);
		assert_int_equal(a->found, 1);
		assert_memory_not_equal(a->question.addrs[0], one, 4);
		assert_memory_equal(a->question.addrs[0], a->question.addrs[1], 16);
		assert_string_not_equal(a->question.iface, "warehouse");
		assert_int_equal(strlen(a->question.iface), strlen("warehouse"));
		done(&m);

		m = (struct message){ 0 };
		message_of(&m, 0xfffc, &name, sizeof(name));
		redact(&m, kinds[i]);
		assert_null(m.r.refused);
		assert_int_equal(((struct ipset_name *)NLMSG_DATA((struct nlmsghdr *)m.bytes))->index, 7);
		assert_string_not_equal(((struct ipset_name *)NLMSG_DATA((struct nlmsghdr *)m.bytes))->name, "customers");
		done(&m);

		m = (struct message){ 0 };
		message_of(&m, 0xfffc, &name, sizeof(name) - 1);
		redact(&m, kinds[i]);
		assert_string_equal(m.r.refused, "a message that is not whole");
		done(&m);
	}
}

/* --- legacy iptables ---------------------------------------------------------------- */

/* As collect/legacy.c keeps a table: what the kernel said of it, then the entries from an aligned place on. */
struct block {
	struct nlmsghdr head;
	struct legacy_info info;
	char pad[(NLMSG_HDRLEN + sizeof(struct legacy_info) + 15) / 16 * 16 - NLMSG_HDRLEN - sizeof(struct legacy_info)];
	struct {
		struct ipt_entry entry;
		struct xt_entry_match match;
		char comment[256];
		struct xt_entry_target target;
		struct nf_nat_ipv4_multi_range_compat range;
	} rule;
};

static struct block block_of(const char *match)
{
	struct block b = {
		.head = { .nlmsg_len = sizeof(b), .nlmsg_type = 0xfffe },
		.info = { .family = NFPROTO_IPV4, .name = "nat", .num_entries = 1, .size = sizeof(b.rule) },
		.rule.entry = { .target_offset = offsetof(struct block, rule.target) - offsetof(struct block, rule),
				.next_offset = sizeof(b.rule) },
		.rule.match.u.match_size = sizeof(b.rule.match) + sizeof(b.rule.comment),
		.rule.comment = "for our customers",
		.rule.target.u = { .user = { .target_size = (sizeof(b.rule.target) + sizeof(b.rule.range) + 7) / 8 * 8,
					    .name = "DNAT" } },
		.rule.range = { .rangesize = 1, .range[0].flags = NF_NAT_RANGE_MAP_IPS },
	};

	strcpy(b.rule.match.u.user.name, match);
	strcpy(b.rule.entry.ip.iniface, "acme+");
	memcpy(&b.rule.entry.ip.dst, net, 4);
	memset(&b.rule.entry.ip.dmsk, 0xff, 3);
	memcpy(&b.rule.range.range[0].min_ip, one, 4);
	memcpy(&b.rule.range.range[0].max_ip, one, 4);
	return b;
}

static void legacy_of(struct message *m, struct block *b)
{
	m->r = (struct redactor){ .map = redact_map_new(), .noting = true };
	redactor_message(&m->r, COLLECT_LEGACY, &b->head);
	m->r.noting = false;
	if (!m->r.refused)
		redactor_message(&m->r, COLLECT_LEGACY, &b->head);
}

static void a_rule_of_legacy_iptables(void **state)
{
	static const uint8_t none[4];
	struct message m = { 0 };
	struct block b = block_of("comment");

	legacy_of(&m, &b);
	assert_null(m.r.refused);
	assert_memory_not_equal(&b.rule.entry.ip.dst, net, 4);
	assert_memory_equal(&b.rule.entry.ip.dst, &b.rule.range.range[0].min_ip, 3);
	assert_memory_equal(&b.rule.range.range[0].min_ip, &b.rule.range.range[0].max_ip, 4);
	assert_memory_equal(&b.rule.entry.ip.src, none, 4);
	assert_string_not_equal(b.rule.entry.ip.iniface, "acme+");
	assert_int_equal(b.rule.entry.ip.iniface[4], '+');
	assert_null(strstr(b.rule.comment, "customers"));
	assert_string_equal(b.rule.target.u.user.name, "DNAT");
	done(&m);
}

static void legacy_iptables_that_is_not_whole(void **state)
{
	struct block b = block_of("string");
	struct message m = { 0 };

	legacy_of(&m, &b);
	assert_string_equal(m.r.refused, "the match \"string\" of iptables");
	done(&m);
	b = block_of("comment");
	b.rule.match.u.match_size = 9999;
	legacy_of(&m, &b);
	assert_string_equal(m.r.refused, "a rule of legacy iptables that is not whole");
	done(&m);
	b = block_of("comment");
	b.rule.entry.next_offset = 0;
	legacy_of(&m, &b);
	assert_string_equal(m.r.refused, "a rule of legacy iptables that is not whole");
	done(&m);
	b = block_of("comment");
	b.info.size++;
	legacy_of(&m, &b);
	assert_string_equal(m.r.refused, "a table of legacy iptables that is not whole");
	done(&m);
}

static void a_file_that_is_none(void **state)
{
	struct strbuf b = { 0 };
	_cleanup_(freep) char *error = NULL;

	strbuf_puts(&b, "nsdoctor-saved\n, or not");
	assert_int_equal(redact_file(&b, &error), -EBADMSG);
	assert_string_equal(error, "that is no file of --save");
	assert_string_equal(strbuf_str(&b), "nsdoctor-saved\n, or not");
	strbuf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_and_prefixes_stay),
		cmocka_unit_test(special_ranges_stay),
		cmocka_unit_test(it_is_another_address),
		cmocka_unit_test(names_that_begin_alike),
		cmocka_unit_test(names_that_are_the_same_everywhere),
		cmocka_unit_test(mac_addresses),
		cmocka_unit_test(what_is_left_is_found),
		cmocka_unit_test(what_is_not_looked_at_becomes_zeros),
		cmocka_unit_test(the_network_of_a_route),
		cmocka_unit_test(values_of_a_rule),
		cmocka_unit_test(a_connection_as_a_packet),
		cmocka_unit_test(the_target_of_a_solicitation),
		cmocka_unit_test(what_cannot_be_hidden),
		cmocka_unit_test(ranges_that_a_map_has),
		cmocka_unit_test(data_of_another_length),
		cmocka_unit_test(what_an_ipset_said),
		cmocka_unit_test(a_rule_of_legacy_iptables),
		cmocka_unit_test(legacy_iptables_that_is_not_whole),
		cmocka_unit_test(a_file_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
