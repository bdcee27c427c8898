/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include <linux/ip_vs.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_LED.h>
#include <linux/netfilter/xt_SECMARK.h>
#include <linux/netfilter/xt_comment.h>
#include <linux/netfilter/xt_ipvs.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_nfacct.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/rtnetlink.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>

#include "firewall.h"
#include "firewall/build.h"
#include "firewall/decode.h"
#include "firewall/xt.h"

/*
 * The host: eth0 (uplink, 10.0.0.5/24 and 10.9.0.5/24, default via 10.9.0.1),
 * br0 (192.168.0.1/16) with the ports p1, p2, and lo.
 */
enum {
	LO = 1,
	ETH0 = 2,
	BR0 = 3,
	P1 = 4,
	P2 = 5,
	EVIL = 6,
	BARE = 7, /* without addresses */
};

static struct snapshot *s;
static struct ns *host;

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

static struct link *add_link(int ifindex, const char *name, const char *kind)
{
	struct link *l = vec_add(&host->links);

	l->ifindex = ifindex;
	str_copy(l->name, sizeof(l->name), name);
	str_copy(l->kind, sizeof(l->kind), kind);
	l->type = 1;
	l->mac_len = 6;
	l->peer_nsid = -1;
	return l;
}

static void add_addr(int ifindex, const char *a, uint8_t len)
{
	struct iface_addr *ia = vec_add(&host->addrs);

	ia->ifindex = ifindex;
	ia->prefix = prefix(a, len);
	ia->scope = ifindex == LO ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
}

static void add_route(const char *dst, uint8_t len, int oif, const char *gateway)
{
	struct route *r = vec_add(&host->routes);

	r->dst = prefix(dst, len);
	r->table = RT_TABLE_MAIN;
	r->type = RTN_UNICAST;
	r->nh.oif = oif;
	r->nexthops = 1;
	if (gateway)
		r->nh.gateway = address(gateway);
}

static int set_up(void **state)
{
	s = snapshot_new();
	snapshot_add(s, "host", 1);
	host = &s->ns.v[0];
	add_link(LO, "lo", "")->flags = IFF_LOOPBACK;
	add_link(ETH0, "eth0", "");
	add_link(BR0, "br0", "bridge");
	add_link(P1, "p1", "veth")->master = BR0;
	add_link(P2, "p2", "veth")->master = BR0;
	add_link(EVIL, "a$(id)'", "dummy");
	add_link(BARE, "bare", "dummy");
	add_addr(LO, "127.0.0.1", 8);
	add_addr(ETH0, "10.0.0.5", 24);
	add_addr(ETH0, "10.9.0.5", 24);
	add_addr(BR0, "192.168.0.1", 16);
	add_route("10.0.0.0", 24, ETH0, NULL);
	add_route("10.9.0.0", 24, ETH0, NULL);
	add_route("192.168.0.0", 16, BR0, NULL);
	add_route("0.0.0.0", 0, ETH0, "10.9.0.1");
	host->bridge_nf_call_iptables = 1;
	return 0;
}

static int tear_down(void **state)
{
	snapshot_free(s);
	return 0;
}

/* --- rulesets -------------------------------------------------------------- */

static size_t add_chain(uint8_t family, const char *table, const char *name)
{
	struct nft_chain *c = vec_add(&host->chains);
	bool known = false;

	c->family = family;
	c->table = table;
	c->name = name;
	c->handle = host->chains.n;
	vec_each(t, &host->tables)
		known |= t->family == family && streq(t->name, table);
	if (!known) {
		struct nft_table *t = vec_add(&host->tables);

		t->family = family;
		t->name = table;
	}
	return host->chains.n - 1;
}

static size_t add_base(uint8_t family, const char *table, const char *name, const char *type,
		       uint32_t hook, int32_t prio, uint32_t policy)
{
	size_t i = add_chain(family, table, name);
	struct nft_chain *c = &host->chains.v[i];

	c->base = true;
	c->hook = hook;
	c->prio = prio;
	c->policy = policy;
	c->type = type;
	return i;
}

static size_t add_forward(uint8_t family, const char *table, const char *name, int32_t prio,
			  uint32_t policy)
{
	return add_base(family, table, name, "filter", NF_INET_FORWARD, prio, policy);
}

static struct nft_chain *chain(size_t i)
{
	return &host->chains.v[i];
}

/* A rule that is filled by the functions below; its handle. */
static struct nftnl_rule *nr;

static uint64_t add_rule(size_t c)
{
	struct nft_rule *rule = vec_add(&chain(c)->rules);

	nr = nftnl_rule_alloc();
	snapshot_own_rule(s, nr);
	rule->nr = nr;
	rule->handle = 100 * (c + 1) + chain(c)->rules.n;
	return rule->handle;
}

static struct nftnl_expr *latest;

static struct nftnl_expr *expr(const char *name)
{
	latest = nftnl_expr_alloc(name);
	assert_non_null(latest);
	nftnl_rule_add_expr(nr, latest);
	return latest;
}

static void verdict(int code, const char *target)
{
	struct nftnl_expr *e = expr("immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, (uint32_t)code);
	if (target)
		nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, target);
}

static void meta(uint32_t key)
{
	struct nftnl_expr *e = expr("meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
}

static void payload(uint32_t base, uint32_t offset, uint32_t len)
{
	struct nftnl_expr *e = expr("payload");

	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, len);
}

static void ct(uint32_t key)
{
	struct nftnl_expr *e = expr("ct");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, NFT_REG_1);
}

static void cmp(uint32_t op, const void *data, uint32_t len)
{
	struct nftnl_expr *e = expr("cmp");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, len);
}

static void cmp_u32(uint32_t op, uint32_t v)
{
	cmp(op, &v, sizeof(v));
}

static void oifname(const char *name)
{
	meta(NFT_META_OIFNAME);
	cmp(NFT_CMP_EQ, name, (uint32_t)strlen(name) + 1);
}

static void dport(uint16_t port)
{
	port = htons(port);
	payload(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	cmp(NFT_CMP_EQ, &port, sizeof(port));
}

static void set_mark(uint32_t v)
{
	struct nftnl_expr *e = expr("immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, &v, sizeof(v));
	e = expr("meta");
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, NFT_META_MARK);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_SREG, NFT_REG_1);
}

/* libnftnl keeps the struct and frees it. */
static void xt_match(const char *name, uint32_t rev, const void *info, size_t size)
{
	struct nftnl_expr *e = expr("match");
	void *copy = xcalloc(1, XT_ALIGN(size));

	memcpy(copy, info, size);
	nftnl_expr_set_str(e, NFTNL_EXPR_MT_NAME, name);
	nftnl_expr_set_u32(e, NFTNL_EXPR_MT_REV, rev);
	nftnl_expr_set(e, NFTNL_EXPR_MT_INFO, copy, (uint32_t)XT_ALIGN(size));
}

/* A match that nobody here knows. */
static void riddle(void)
{
	const uint8_t info[16] = { 0 };

	xt_match("riddle", 0, info, sizeof(info));
}

static uint64_t rule_verdict(size_t c, int code, const char *target)
{
	uint64_t handle = add_rule(c);

	verdict(code, target);
	return handle;
}

/* --- packets --------------------------------------------------------------- */

static const struct fw_place forward = { .hook = HOOK_FORWARD, .iif = BR0, .oif = ETH0 };
static const struct fw_place postrouting = { .hook = HOOK_POSTROUTING, .iif = BR0, .oif = ETH0 };
static const struct fw_place prerouting = { .hook = HOOK_PREROUTING, .iif = BR0 };

static struct packet syn(void)
{
	return (struct packet){
		.src = address("192.168.0.2"),
		.dst = address("8.8.8.8"),
		.proto = PROTO_TCP,
		.sport = 40000,
		.dport = 80,
		.tcp_flags = 2,
		.ttl = 63,
		.size = 60,
	};
}

static struct fw_result eval(const struct fw_place *at)
{
	struct packet p = syn();
	struct fw_result r;

	fw_eval(s, at, &p, &r);
	return r;
}

static struct fw_result eval_packet(const struct fw_place *at, const struct packet *p)
{
	struct fw_result r;

	fw_eval(s, at, p, &r);
	return r;
}

static void assert_dropped(struct fw_result r, size_t c, uint64_t handle)
{
	assert_int_equal(r.verdict, FW_DROP);
	assert_ptr_equal(r.chain, chain(c));
	assert_int_equal(r.handle, handle);
	assert_null(r.why);
}

static void assert_unknown(struct fw_result r, const char *why)
{
	assert_int_equal(r.verdict, FW_UNKNOWN);
	assert_non_null(r.why);
	assert_string_equal(r.why, why);
}

/* --- verdicts -------------------------------------------------------------- */

static void nothing_accepts(void **state)
{
	assert_int_equal(eval(&forward).verdict, FW_ACCEPT);
	assert_null(eval(&forward).base);
	assert_false(fw_has_chains(s, 0));
}

static void policies(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_DROP);
	struct packet p = syn();

	assert_true(fw_has_chains(s, 0));
	assert_dropped(eval(&forward), f, 0);
	assert_ptr_equal(eval(&forward).base, chain(f));
	assert_int_equal(eval(&postrouting).verdict, FW_ACCEPT);
	/* the other family does not see it */
	p.src = address("fd00::1");
	p.dst = address("fd00::2");
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_ACCEPT);
	chain(f)->family = NFPROTO_INET;
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_DROP);
}

static void accept_ends_its_own_chain_only(void **state)
{
	size_t first = add_forward(NFPROTO_IPV4, "t", "a", -5, NF_DROP);
	size_t second = add_forward(NFPROTO_INET, "u", "b", 5, NF_ACCEPT);
	uint64_t handle;

	rule_verdict(first, NF_ACCEPT, NULL);
	handle = rule_verdict(second, NF_DROP, NULL);
	assert_dropped(eval(&forward), second, handle);
}

/* Measured: of equal priorities the one registered last comes first. */
static void equal_priorities(void **state)
{
	size_t first = add_forward(NFPROTO_IPV4, "t", "a", 0, NF_DROP);
	size_t second = add_forward(NFPROTO_IPV4, "t", "b", 0, NF_DROP);

	assert_dropped(eval(&forward), second, 0);
	chain(first)->prio = -1;
	assert_dropped(eval(&forward), first, 0);
}

static void set_ttl(uint8_t ttl)
{
	struct nftnl_expr *e = expr("immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, &ttl, sizeof(ttl));
	e = expr("payload");
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, 8);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, sizeof(ttl));
}

/* The chain that was added last becomes one of a legacy table. */
static void make_legacy(void)
{
	vec_push(&host->legacy, host->chains.v[--host->chains.n]);
	host->legacy.v[host->legacy.n - 1].legacy = true;
}

static void what_legacy_tables_may_come_before_is_open(void **state)
{
	size_t mangle = add_forward(NFPROTO_IPV4, "mangle", "FORWARD", -150, NF_ACCEPT), legacy;
	size_t raw = add_base(NFPROTO_IPV4, "raw", "PREROUTING", "filter", NF_INET_PRE_ROUTING, -300,
			      NF_ACCEPT);
	struct fw_result r;

	add_rule(mangle);
	set_mark(1);
	add_rule(raw);
	set_mark(1);
	legacy = add_forward(NFPROTO_IPV4, "mangle", "FORWARD", -150, NF_ACCEPT);
	add_rule(legacy);
	meta(NFT_META_MARK);
	cmp_u32(NFT_CMP_EQ, 1);
	set_ttl(40);
	make_legacy();
	r = eval(&forward);
	assert_int_equal(r.verdict, FW_ACCEPT);
	assert_int_equal(r.mark, 1);
	assert_int_equal(r.ttl, 0);
	legacy = add_base(NFPROTO_IPV4, "raw", "PREROUTING", "filter", NF_INET_PRE_ROUTING, -300,
			  NF_ACCEPT);
	add_rule(legacy);
	meta(NFT_META_MARK);
	cmp_u32(NFT_CMP_EQ, 1);
	expr("notrack");
	make_legacy();
	r = eval(&prerouting);
	assert_unknown(r, "which of several tables at one priority comes first");
	assert_false(r.notrack);
}

static void jumps(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_ACCEPT);
	size_t a = add_chain(NFPROTO_IPV4, "t", "a"), b = add_chain(NFPROTO_IPV4, "t", "b");
	uint64_t handle;

	rule_verdict(f, NFT_JUMP, "a");
	handle = rule_verdict(f, NF_DROP, NULL);
	rule_verdict(a, NFT_RETURN, NULL);
	rule_verdict(a, NF_ACCEPT, NULL);
	assert_dropped(eval(&forward), f, handle);
	/* goto does not come back to its own chain, but to where that was called from */
	chain(a)->rules.n = 0;
	rule_verdict(a, NFT_GOTO, "b");
	rule_verdict(a, NF_ACCEPT, NULL);
	rule_verdict(b, NFT_CONTINUE, NULL);
	assert_dropped(eval(&forward), f, handle);
	chain(f)->rules.v[0].nr = chain(a)->rules.v[0].nr; /* goto b from the base: the policy */
	assert_int_equal(eval(&forward).verdict, FW_ACCEPT);
}

static void loops_end(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_ACCEPT);
	size_t a = add_chain(NFPROTO_IPV4, "t", "a");

	rule_verdict(f, NFT_GOTO, "a");
	rule_verdict(a, NFT_GOTO, "a");
	assert_unknown(eval(&forward), "a ruleset that takes too long to follow");
	chain(a)->rules.n = 0;
	rule_verdict(a, NFT_JUMP, "a");
	assert_unknown(eval(&forward), "a chain that could not be read");
	chain(a)->rules.n = 0;
	rule_verdict(a, NFT_JUMP, "nowhere");
	assert_unknown(eval(&forward), "a chain that could not be read");
}

static void dormant_tables_sleep(void **state)
{
	add_forward(NFPROTO_IPV4, "t", "f", 0, NF_DROP);
	host->tables.v[0].flags = NFT_TABLE_F_DORMANT;
	assert_int_equal(eval(&forward).verdict, FW_ACCEPT);
}

static void undecodable_rules(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_ACCEPT);

	vec_add(&chain(f)->rules)->handle = 7;
	assert_unknown(eval(&forward), "a rule that cannot be decoded");
	assert_int_equal(eval(&forward).handle, 7);
	chain(f)->policy = NF_DROP;
	assert_int_equal(eval(&forward).verdict, FW_UNKNOWN);
}

/* --- what is not known ----------------------------------------------------- */

static void unknown_match(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_ACCEPT);
	uint64_t handle = add_rule(f);
	struct fw_result r;

	riddle();
	verdict(NF_DROP, NULL);
	r = eval(&forward);
	assert_unknown(r, "xt match \"riddle\"");
	assert_int_equal(r.handle, handle);
	assert_ptr_equal(r.base, chain(f));
	/* the same either way */
	chain(f)->policy = NF_DROP;
	assert_dropped(eval(&forward), f, handle);
}

static void unknown_match_that_decides_nothing(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_DROP);

	add_rule(f);
	riddle();
	expr("counter");
	rule_verdict(f, NF_ACCEPT, NULL);
	assert_int_equal(eval(&forward).verdict, FW_ACCEPT);
}

static void unknown_beside_what_does_not_match(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_ACCEPT);

	add_rule(f);
	riddle();
	dport(443);
	verdict(NF_DROP, NULL);
	assert_int_equal(eval(&forward).verdict, FW_ACCEPT);
}

static void later_chain_drops_for_certain(void **state)
{
	size_t first = add_forward(NFPROTO_IPV4, "t", "a", -5, NF_ACCEPT);
	size_t second = add_forward(NFPROTO_IPV4, "t", "b", 5, NF_ACCEPT);
	uint64_t handle;

	add_rule(first);
	riddle();
	verdict(NF_DROP, NULL);
	assert_unknown(eval(&forward), "xt match \"riddle\"");
	handle = rule_verdict(second, NF_DROP, NULL);
	assert_int_equal(eval(&forward).verdict, FW_DROP);
	assert_int_equal(eval(&forward).handle, handle);
}

static void unknown_jumps_do_not_multiply(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_DROP);
	size_t a = add_chain(NFPROTO_IPV4, "t", "a");
	uint64_t start = now_us();

	add_rule(a);
	riddle();
	verdict(NFT_RETURN, NULL);
	for (int i = 0; i < 2000; i++) {
		add_rule(f);
		riddle();
		verdict(NFT_JUMP, "a");
	}
	assert_dropped(eval(&forward), f, 0);
	assert_true(now_us() - start < 5000000);
}

static void unknown_mark(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_ACCEPT);
	struct packet p = syn();
	struct fw_result r;

	add_rule(f);
	riddle();
	set_mark(5);
	r = eval(&forward);
	assert_int_equal(r.verdict, FW_ACCEPT);
	assert_int_equal(r.mark_unknown, 5);
	/* bit 3 is known all the same */
	add_rule(f);
	meta(NFT_META_MARK);
	cmp_u32(NFT_CMP_EQ, 8);
	verdict(NF_DROP, NULL);
	assert_int_equal(eval(&forward).verdict, FW_ACCEPT);
	add_rule(f);
	meta(NFT_META_MARK);
	cmp_u32(NFT_CMP_EQ, 5);
	verdict(NF_DROP, NULL);
	assert_unknown(eval(&forward), "xt match \"riddle\"");
	p.mark_unknown = 8;
	chain(f)->rules.n = 0;
	add_rule(f);
	meta(NFT_META_MARK);
	cmp_u32(NFT_CMP_EQ, 8);
	verdict(NF_DROP, NULL);
	assert_unknown(eval_packet(&forward, &p), "the packet's mark");
}

static void ports_not_chosen_yet(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_ACCEPT);
	struct packet p = syn();
	uint16_t port = htons(1000);

	add_rule(f);
	payload(NFT_PAYLOAD_TRANSPORT_HEADER, 0, 2);
	cmp(NFT_CMP_LT, &port, sizeof(port));
	verdict(NF_DROP, NULL);
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_ACCEPT);
	p.sport = 0;
	assert_unknown(eval_packet(&forward, &p), "a port that is chosen when the probe is sent");
}

/* --- where a packet is ------------------------------------------------------ */

static void interfaces(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_ACCEPT);

	add_rule(f);
	meta(NFT_META_IIFNAME);
	cmp(NFT_CMP_EQ, "br", 2); /* "br*" */
	verdict(NF_DROP, NULL);
	assert_int_equal(eval(&forward).verdict, FW_DROP);
	chain(f)->rules.n = 0;
	add_rule(f);
	meta(NFT_META_IIFNAME);
	cmp(NFT_CMP_EQ, "br", 3); /* "br" itself */
	verdict(NF_DROP, NULL);
	assert_int_equal(eval(&forward).verdict, FW_ACCEPT);
	chain(f)->rules.n = 0;
	add_rule(f);
	meta(NFT_META_OIF);
	cmp_u32(NFT_CMP_EQ, ETH0);
	verdict(NF_DROP, NULL);
	assert_int_equal(eval(&forward).verdict, FW_DROP);
}

/*
 * Measured: forwarded through bridge-nf the bridge is both; at postrouting there is no
 * incoming interface.
 */
static void bridged_packets_at_ip_hooks(void **state)
{
	const struct fw_place bridged = {
		.hook = HOOK_FORWARD,
		.iif = BR0,
		.oif = BR0,
		.port_in = P1,
		.port_out = P2,
		.netfilter_bridged = true,
	};
	struct fw_place post = bridged;
	size_t f = add_forward(NFPROTO_INET, "t", "f", 0, NF_ACCEPT);
	size_t p = add_base(NFPROTO_INET, "t", "p", "filter", NF_INET_POST_ROUTING, 0, NF_ACCEPT);

	add_rule(f);
	oifname("br0");
	verdict(NF_DROP, NULL);
	assert_int_equal(eval(&bridged).verdict, FW_DROP);
	post.hook = HOOK_POSTROUTING;
	add_rule(p);
	meta(NFT_META_IIF);
	cmp_u32(NFT_CMP_EQ, BR0);
	verdict(NF_DROP, NULL);
	assert_int_equal(eval(&post).verdict, FW_ACCEPT);
	assert_int_equal(eval(&postrouting).verdict, FW_DROP);
}

static void bridge_family(void **state)
{
	const struct fw_place at = {
		.hook = HOOK_FORWARD,
		.bridge = true,
		.iif = P1,
		.oif = P2,
		.port_in = P1,
		.port_out = P2,
	};
	size_t f = add_forward(NFPROTO_BRIDGE, "t", "f", 0, NF_ACCEPT);

	add_rule(f);
	oifname("p2");
	verdict(NF_DROP, NULL);
	assert_int_equal(eval(&at).verdict, FW_DROP);
	assert_int_equal(eval(&forward).verdict, FW_ACCEPT);
}

static void netdev_family(void **state)
{
	const struct fw_place in = { .hook = HOOK_INGRESS, .iif = P1 };
	const struct fw_place other = { .hook = HOOK_INGRESS, .iif = P2 };
	const struct fw_place out = { .hook = HOOK_EGRESS, .oif = P1 };
	size_t c = add_base(NFPROTO_NETDEV, "t", "i", "filter", NF_NETDEV_INGRESS, 0, NF_DROP);

	chain(c)->dev = chain(c)->devs = "p1";
	assert_int_equal(eval(&in).verdict, FW_DROP);
	assert_int_equal(eval(&other).verdict, FW_ACCEPT);
	assert_int_equal(eval(&out).verdict, FW_ACCEPT);
}

static void state_before_conntrack(void **state)
{
	size_t raw =
		add_base(NFPROTO_IPV4, "t", "r", "filter", NF_INET_PRE_ROUTING, -300, NF_ACCEPT);
	size_t mangle =
		add_base(NFPROTO_IPV4, "t", "m", "filter", NF_INET_PRE_ROUTING, -150, NF_ACCEPT);
	uint64_t handle;

	add_rule(raw);
	ct(NFT_CT_STATE);
	cmp_u32(NFT_CMP_EQ, NF_CT_STATE_BIT(IP_CT_NEW));
	verdict(NF_DROP, NULL);
	handle = add_rule(mangle);
	ct(NFT_CT_STATE);
	cmp_u32(NFT_CMP_EQ, NF_CT_STATE_BIT(IP_CT_NEW));
	verdict(NF_DROP, NULL);
	assert_dropped(eval(&prerouting), mangle, handle);
	chain(raw)->rules.n = 0;
	add_rule(raw);
	expr("notrack");
	assert_int_equal(eval(&prerouting).verdict, FW_ACCEPT);
	assert_true(eval(&prerouting).notrack);
}

/* Rules of IP say the zone, and a bridge's hooks come before them. */
static void an_answer_in_another_zone(void **state)
{
	const struct fw_place at_bridge = { .hook = HOOK_PREROUTING, .bridge = true, .iif = P1, .port_in = P1 };
	struct packet p = syn();

	p.reply = true;
	p.ct = CT_ESTABLISHED;
	p.reply_zone = 5;
	assert_false(eval_packet(&at_bridge, &p).other_zone);
	assert_int_equal(eval_packet(&at_bridge, &p).verdict, FW_ACCEPT);
	assert_true(eval_packet(&prerouting, &p).other_zone);
	/* its protocol may begin a connection with any packet */
	p.proto = PROTO_UDP;
	assert_false(eval_packet(&prerouting, &p).other_zone);
	assert_int_equal(eval_packet(&prerouting, &p).verdict, FW_UNKNOWN);
	p.reply_zone = 0;
	assert_int_equal(eval_packet(&prerouting, &p).verdict, FW_ACCEPT);
	/* what goes on by a bridge takes the zone of its answers along */
	p.reply = false;
	p.reply_zone = 5;
	assert_int_equal(eval_packet(&at_bridge, &p).reply_zone, 5);
}

static void packets_of_a_connection(void **state)
{
	enum { THERE, BACK, BOTH = -1 }; /* enum ip_conntrack_dir */
	static const struct {
		enum proto proto;
		enum ct_state ct;
		bool reply;
		int dir;
		int64_t packets; /* -1: not known */
	} table[] = {
		{ PROTO_TCP, CT_NEW, false, THERE, 1 },
		{ PROTO_TCP, CT_NEW, false, BACK, 0 },
		{ PROTO_TCP, CT_NEW, false, BOTH, 1 },
		{ PROTO_TCP, CT_ESTABLISHED, false, THERE, 3 },
		{ PROTO_TCP, CT_ESTABLISHED, false, BOTH, 4 },
		{ PROTO_ICMP, CT_ESTABLISHED, false, THERE, 2 },
		{ PROTO_ICMP, CT_ESTABLISHED, false, BACK, 1 },
		{ PROTO_ICMP, CT_ESTABLISHED, true, BACK, -1 },
	};
	size_t c = add_base(NFPROTO_IPV4, "t", "f", "filter", NF_INET_FORWARD, 0, NF_ACCEPT);

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct packet p = syn();
		uint64_t n = (uint64_t)table[i].packets;

		chain(c)->rules.n = 0;
		add_rule(c);
		ct(NFT_CT_PKTS);
		if (table[i].dir >= 0)
			nftnl_expr_set_u8(latest, NFTNL_EXPR_CT_DIR, (uint8_t)table[i].dir);
		cmp(NFT_CMP_EQ, &n, sizeof(n));
		verdict(NF_DROP, NULL);
		p.proto = table[i].proto;
		p.ct = table[i].ct;
		p.reply = table[i].reply;
		assert_int_equal(eval_packet(&forward, &p).verdict, table[i].packets < 0 ? FW_UNKNOWN : FW_DROP);
	}
}

/* --- sets ------------------------------------------------------------------ */

static struct nftnl_set *add_set(const char *name, uint32_t flags, uint32_t key_len)
{
	struct nft_set *set = vec_add(&host->sets);
	struct nftnl_set *ns = nftnl_set_alloc();

	nftnl_set_set_u32(ns, NFTNL_SET_FLAGS, flags);
	nftnl_set_set_u32(ns, NFTNL_SET_KEY_LEN, key_len);
	snapshot_own_set(s, ns);
	set->family = NFPROTO_IPV4;
	set->table = "t";
	set->name = name;
	set->ns = ns;
	return ns;
}

static struct nftnl_set_elem *add_elem(struct nftnl_set *set, const void *key, uint32_t len,
				       uint32_t flags)
{
	struct nftnl_set_elem *el = nftnl_set_elem_alloc();

	nftnl_set_elem_set(el, NFTNL_SET_ELEM_KEY, key, len);
	if (flags)
		nftnl_set_elem_set_u32(el, NFTNL_SET_ELEM_FLAGS, flags);
	nftnl_set_elem_add(set, el);
	return el;
}

static void lookup(const char *set, bool map, uint32_t flags)
{
	struct nftnl_expr *e = expr("lookup");

	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, set);
	if (map)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_VERDICT);
	if (flags)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, flags);
}

/* Rules behind it are reached only with what a flowtable takes. */
static void flowtables(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_ACCEPT);
	uint64_t handle = add_rule(f);
	struct packet pkt = syn();
	struct fw_result r;

	expr("flow_offload");
	verdict(NF_DROP, NULL);
	assert_int_equal(eval(&forward).verdict, FW_ACCEPT);
	pkt.ct = CT_ESTABLISHED;
	fw_eval(s, &forward, &pkt, &r);
	assert_int_equal(r.verdict, FW_ACCEPT);
	pkt.tcp_flags = 0x10; /* ACK */
	fw_eval(s, &forward, &pkt, &r);
	assert_unknown(r, "whether the flow can go to a flowtable");
	assert_int_equal(r.handle, handle);
	pkt.proto = PROTO_ICMP;
	fw_eval(s, &forward, &pkt, &r);
	assert_int_equal(r.verdict, FW_ACCEPT);
}

static void interval_sets(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_ACCEPT);
	struct nftnl_set *set = add_set("s", NFT_SET_INTERVAL, 4);
	struct packet p = syn();

	/* 192.168.0.0/24, then 192.168.1.0-192.168.1.9 right behind it */
	add_elem(set, "\xc0\xa8\x01\x0a", 4, NFT_SET_ELEM_INTERVAL_END);
	add_elem(set, "\xc0\xa8\x01\x00", 4, NFT_SET_ELEM_INTERVAL_END);
	add_elem(set, "\xc0\xa8\x01\x00", 4, 0);
	add_elem(set, "\xc0\xa8\x00\x00", 4, 0);
	add_elem(set, "\0\0\0\0", 4, NFT_SET_ELEM_INTERVAL_END);
	add_rule(f);
	payload(NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	lookup("s", false, 0);
	verdict(NF_DROP, NULL);
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_DROP);
	p.src = address("192.168.1.0");
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_DROP);
	p.src = address("192.168.1.9");
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_DROP);
	p.src = address("192.168.1.10");
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_ACCEPT);
	p.src = address("192.167.255.255");
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_ACCEPT);
	chain(f)->rules.n = 0;
	add_rule(f);
	payload(NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	lookup("s", false, NFT_LOOKUP_F_INV);
	verdict(NF_DROP, NULL);
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_DROP);
}

static void verdict_maps(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_ACCEPT);
	struct nftnl_set *set = add_set("m", NFT_SET_MAP, 2);
	struct packet p = syn();
	struct nftnl_set_elem *el;

	el = add_elem(set, "\x00\x50", 2, 0);
	nftnl_set_elem_set_u32(el, NFTNL_SET_ELEM_VERDICT, (uint32_t)NF_DROP);
	el = add_elem(set, "\x01\xbb", 2, 0);
	nftnl_set_elem_set_u32(el, NFTNL_SET_ELEM_VERDICT, (uint32_t)NFT_JUMP);
	nftnl_set_elem_set_str(el, NFTNL_SET_ELEM_CHAIN, "a");
	rule_verdict(add_chain(NFPROTO_IPV4, "t", "a"), NF_DROP, NULL);
	add_rule(f);
	payload(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	lookup("m", true, 0);
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_DROP);
	p.dport = 443;
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_DROP);
	p.dport = 22;
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_ACCEPT);
	/* not known which, but all of them and the policy drop */
	p.dport = 0;
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_UNKNOWN);
	chain(f)->policy = NF_DROP;
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_DROP);
}

static void missing_sets(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_ACCEPT);

	add_rule(f);
	payload(NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	lookup("gone", false, 0);
	verdict(NF_DROP, NULL);
	assert_unknown(eval(&forward), "set gone, which could not be read");
}

/* --- translation ----------------------------------------------------------- */

static size_t add_nat(const char *table, int32_t prio)
{
	return add_base(NFPROTO_IPV4, table, "p", "nat", NF_INET_POST_ROUTING, prio, NF_ACCEPT);
}

static void masquerade_takes_the_address_towards_the_gateway(void **state)
{
	size_t c = add_nat("t", 100);
	struct packet p = syn();
	struct fw_result r;

	add_rule(c);
	expr("masq");
	r = eval(&postrouting);
	assert_int_equal(r.verdict, FW_ACCEPT);
	assert_int_equal(r.nat.kind, NAT_SOURCE);
	assert_true(r.nat.masquerade);
	assert_string_equal(addr_text(&r.nat.addr).s, "10.9.0.5");
	p.dst = address("10.0.0.9");
	r = eval_packet(&postrouting, &p);
	assert_string_equal(addr_text(&r.nat.addr).s, "10.0.0.5");
}

static void masquerade_without_an_address_drops(void **state)
{
	const struct fw_place at = { .hook = HOOK_POSTROUTING, .iif = BR0, .oif = BARE };
	size_t c = add_nat("t", 100);

	add_rule(c);
	expr("masq");
	/* an address of another interface does as well */
	assert_int_equal(eval(&at).verdict, FW_ACCEPT);
	host->addrs.n = 1;
	assert_int_equal(eval(&at).verdict, FW_DROP);
}

static void only_new_flows_are_translated(void **state)
{
	size_t c = add_nat("t", 100);
	struct packet p = syn();

	add_rule(c);
	expr("masq");
	p.ct = CT_ESTABLISHED;
	p.reply = true;
	assert_int_equal(eval_packet(&postrouting, &p).nat.kind, NAT_NONE);
	p.ct = CT_UNTRACKED;
	p.reply = false;
	assert_int_equal(eval_packet(&postrouting, &p).nat.kind, NAT_NONE);
}

static void dnat(const char *to)
{
	struct addr a = address(to);
	struct nftnl_expr *e = expr("immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, a.b, 4);
	e = expr("nat");
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_TYPE, NFT_NAT_DNAT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FAMILY, NFPROTO_IPV4);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
}

/*
 * nat chains run at -100 whatever they say, in the order of what they say; later chains see
 * the result.
 */
static void first_translation_wins(void **state)
{
	size_t late = add_base(NFPROTO_IPV4, "t", "b", "nat", NF_INET_PRE_ROUTING, -90, NF_ACCEPT);
	size_t early =
		add_base(NFPROTO_IPV4, "t", "a", "nat", NF_INET_PRE_ROUTING, -150, NF_ACCEPT);
	size_t before =
		add_base(NFPROTO_IPV4, "t", "x", "filter", NF_INET_PRE_ROUTING, -110, NF_ACCEPT);
	size_t after =
		add_base(NFPROTO_IPV4, "t", "y", "filter", NF_INET_PRE_ROUTING, -95, NF_ACCEPT);
	struct fw_result r;
	uint64_t handle;

	add_rule(late);
	dnat("192.168.0.9");
	add_rule(early);
	dnat("192.168.0.8");
	r = eval(&prerouting);
	assert_string_equal(addr_text(&r.nat.addr).s, "192.168.0.8");
	add_rule(before);
	payload(NFT_PAYLOAD_NETWORK_HEADER, 16, 4);
	cmp(NFT_CMP_EQ, "\xc0\xa8\x00\x08", 4);
	verdict(NF_DROP, NULL);
	assert_int_equal(eval(&prerouting).verdict, FW_ACCEPT);
	handle = add_rule(after);
	payload(NFT_PAYLOAD_NETWORK_HEADER, 16, 4);
	cmp(NFT_CMP_EQ, "\xc0\xa8\x00\x08", 4);
	verdict(NF_DROP, NULL);
	assert_dropped(eval(&prerouting), after, handle);
}

static void unknown_translation(void **state)
{
	size_t c = add_nat("t", 100);
	struct fw_result r;

	add_rule(c);
	riddle();
	expr("masq");
	r = eval(&postrouting);
	assert_int_equal(r.verdict, FW_ACCEPT);
	assert_true(r.nat_unknown);
	assert_string_equal(r.why, "xt match \"riddle\"");
	/* a second one that is certain to do the same leaves nothing open */
	add_rule(c);
	expr("masq");
	r = eval(&postrouting);
	assert_false(r.nat_unknown);
	assert_true(r.nat.masquerade);
	assert_null(r.why);
}

static void near_misses(void **state)
{
	size_t c = add_nat("nat", 100);
	struct packet p = syn();
	struct near_miss m[3];
	size_t n;

	add_rule(c);
	payload(NFT_PAYLOAD_NETWORK_HEADER, 12, 3);
	cmp(NFT_CMP_EQ, "\xc0\xa8\x01", 3);
	oifname("ens5");
	expr("masq");
	add_rule(c);
	payload(NFT_PAYLOAD_NETWORK_HEADER, 12, 3);
	cmp(NFT_CMP_EQ, "\xc0\xa8\x01", 3);
	expr("masq");
	rule_verdict(c, NF_ACCEPT, NULL);
	n = fw_nat_near_misses(s, &postrouting, &p, NAT_SOURCE, m, ARRAY_SIZE(m));
	assert_int_equal(n, 2);
	assert_string_equal(m[0].rule,
			    "ip nat p handle 102 \"ip saddr 192.168.1.0/24 masquerade\"");
	assert_string_equal(m[0].why,
			    "ip saddr 192.168.1.0/24, but the packet's source is 192.168.0.2");
	assert_string_equal(m[1].why,
			    "ip saddr 192.168.1.0/24, but the packet's source is 192.168.0.2; "
			    "oifname \"ens5\", but the packet leaves by eth0");
	for (size_t i = 0; i < n; i++) {
		free(m[i].rule);
		free(m[i].why);
	}
	assert_int_equal(fw_nat_near_misses(s, &postrouting, &p, NAT_SOURCE, m, 0), 0);
}

static void near_misses_of_accepts(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "t", "f", 0, NF_DROP);
	size_t user = add_chain(NFPROTO_IPV4, "t", "user"), in = add_chain(NFPROTO_IPV4, "t", "in");
	const uint32_t established = 2, zero = 0;
	struct packet p = syn();
	struct near_miss m[3];
	uint64_t drop;
	size_t n;

	/* for answers, and for others altogether: not near */
	add_rule(f);
	ct(NFT_CT_STATE);
	expr("bitwise");
	nftnl_expr_set_u32(latest, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(latest, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(latest, NFTNL_EXPR_BITWISE_LEN, 4);
	nftnl_expr_set(latest, NFTNL_EXPR_BITWISE_MASK, &established, 4);
	nftnl_expr_set(latest, NFTNL_EXPR_BITWISE_XOR, &zero, 4);
	cmp_u32(NFT_CMP_NEQ, 0);
	oifname("eth0");
	verdict(NF_ACCEPT, NULL);
	add_rule(f);
	oifname("ens5");
	verdict(NF_ACCEPT, NULL);
	rule_verdict(f, NFT_JUMP, "user");
	/* one port beside, and where the packet never comes to */
	add_rule(user);
	oifname("eth0");
	dport(443);
	verdict(NF_ACCEPT, NULL);
	add_rule(in);
	oifname("eth0");
	dport(22);
	verdict(NF_ACCEPT, NULL);
	drop = rule_verdict(f, NF_DROP, NULL);
	add_rule(f);
	oifname("eth0");
	dport(8080);
	verdict(NF_ACCEPT, NULL);
	n = fw_accept_near_misses(s, &forward, &p, chain(f), drop, m, ARRAY_SIZE(m));
	assert_int_equal(n, 1);
	assert_string_equal(m[0].rule, "ip t user handle 201 \"oifname \"eth0\" th dport 443 accept\"");
	assert_string_equal(m[0].why, "th dport 443, but the packet is for port 80");
	free(m[0].rule);
	free(m[0].why);
	/* against the policy the last one counts, too */
	chain(f)->rules.v[3] = chain(f)->rules.v[4];
	chain(f)->rules.n = 4;
	n = fw_accept_near_misses(s, &forward, &p, chain(f), 0, m, ARRAY_SIZE(m));
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		free(m[i].rule);
		free(m[i].why);
	}
}

/* --- candidates for what is published ---------------------------------------- */

static void assert_ports(const uint16_t *expected, size_t n, bool all)
{
	port_list ports = { 0 };

	assert_int_equal(fw_dnat_ports(s, 0, NFPROTO_IPV4, &ports), all);
	assert_int_equal(ports.n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(ports.v[i], expected[i]);
	vec_free(&ports);
}

static void ports_of_rules(void **state)
{
	const struct xt_multiport_v1 multi = { .flags = XT_MULTIPORT_DESTINATION, .count = 3,
					       .ports = { 8001, 8003, 22 }, .pflags = { 1 } };
	const struct xt_multiport_v1 sources = { .flags = XT_MULTIPORT_SOURCE, .count = 1, .ports = { 9 } };
	const struct xt_multiport_v1 others = { .flags = XT_MULTIPORT_DESTINATION, .count = 1,
						.ports = { 8002 }, .invert = 1 };
	const struct xt_tcp tcp = { .spts = { 0, 0xffff }, .dpts = { 70, 71 } };
	size_t c = add_base(NFPROTO_IPV4, "nat", "PREROUTING", "nat", NF_INET_PRE_ROUTING, -100, NF_ACCEPT);

	assert_ports(NULL, 0, true);
	add_rule(c);
	dport(443);
	add_rule(c);
	xt_match("multiport", 1, &multi, sizeof(multi));
	xt_match("multiport", 1, &sources, sizeof(sources));
	/* those of a legacy table count as well */
	make_legacy();
	add_base(NFPROTO_IPV4, "other", "p", "nat", NF_INET_PRE_ROUTING, -100, NF_ACCEPT);
	add_rule(c);
	dport(22);
	xt_match("tcp", 0, &tcp, sizeof(tcp));
	assert_ports((const uint16_t[]){ 22, 70, 71, 443, 8001, 8002, 8003 }, 7, true);
	add_rule(c);
	xt_match("multiport", 1, &others, sizeof(others));
	assert_ports((const uint16_t[]){ 22, 70, 71, 8002, 443, 8001, 8003 }, 7, false);
}

static void ports_of_sets(void **state)
{
	size_t c = add_base(NFPROTO_IPV4, "t", "p", "nat", NF_INET_PRE_ROUTING, -100, NF_ACCEPT);
	struct nftnl_set *set = add_set("s", NFT_SET_INTERVAL, 2), *pairs = add_set("c", 0, 8);
	need_list needs = { 0 };

	add_elem(set, "\0\x50", 2, 0);
	add_elem(set, "\0\x52", 2, NFT_SET_ELEM_INTERVAL_END);
	add_elem(set, "\xff\xff", 2, 0);
	add_elem(pairs, "\xc0\xa8\0\1\x1f\x90\0\0", 8, 0);
	add_rule(c);
	payload(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	lookup("s", true, 0);
	assert_ports((const uint16_t[]){ 80, 81, 65535 }, 3, true);
	/* ip daddr . tcp dport: in the register behind the address' */
	add_rule(c);
	payload(NFT_PAYLOAD_NETWORK_HEADER, 16, 4);
	payload(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	nftnl_expr_set_u32(latest, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG32_01);
	lookup("c", true, 0);
	assert_ports((const uint16_t[]){ 80, 81, 65535, 8080 }, 4, true);
	/* what is not read is asked for */
	host->sets.v[1].unread = true;
	assert_ports((const uint16_t[]){ 80, 81, 65535 }, 3, false);
	assert_int_equal(snapshot_take_needs(s, &needs), 1);
	assert_int_equal(needs.v[0].kind, NEED_ELEMENTS);
	assert_string_equal(needs.v[0].name, "c");
	vec_free(&needs);
	host->sets.v[1].unread = false;
	/* all ports but these: any */
	add_rule(c);
	payload(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	lookup("s", false, NFT_LOOKUP_F_INV);
	assert_ports((const uint16_t[]){ 80, 81, 65535, 8080 }, 4, false);
}

static void add_legacy_table(const char *name)
{
	vec_push(&host->legacy_tables, ((struct legacy_table){ .family = AF_INET, .name = name }));
}

static void legacy_tables(void **state)
{
	assert_null(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_FORWARD, false));
	add_legacy_table("nat");
	assert_null(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_FORWARD, false));
	assert_null(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_POSTROUTING, false));
	assert_string_equal(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_POSTROUTING, true), "nat");
	assert_null(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_FORWARD, true));
	add_legacy_table("filter");
	assert_string_equal(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_FORWARD, false), "filter");
	assert_null(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_PREROUTING, false));
	add_legacy_table("raw");
	assert_string_equal(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_PREROUTING, false), "raw");
	assert_null(fw_legacy(s, 0, NFPROTO_IPV6, HOOK_PREROUTING, false));
	/* what was read is evaluated as everything else is */
	vec_each(t, &host->legacy_tables)
		t->read = true;
	assert_null(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_FORWARD, false));
	assert_null(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_POSTROUTING, true));
	/* where nobody can tell which there are, any may be there */
	add_legacy_table("");
	assert_non_null(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_FORWARD, false));
	assert_string_equal(fw_legacy(s, 0, NFPROTO_IPV4, HOOK_POSTROUTING, true), "nat");
	assert_null(fw_legacy(s, 0, NFPROTO_IPV6, HOOK_FORWARD, false));
}

/* --- names ----------------------------------------------------------------- */

static void assert_ref(size_t c, uint64_t handle, const char *backend, const char *text,
		       const char *owner)
{
	struct rule_ref ref, copy;

	fw_rule_ref(s, 0, chain(c), handle, &ref);
	rule_ref_copy(&copy, &ref);
	rule_ref_done(&ref);
	assert_string_equal(copy.backend, backend);
	assert_int_equal(copy.policy, handle == 0);
	if (text)
		assert_string_equal(copy.text, text);
	else
		assert_null(copy.text);
	if (owner)
		assert_string_equal(copy.owner, owner);
	else
		assert_null(copy.owner);
	rule_ref_done(&copy);
}

static void names_of_iptables(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "filter", "FORWARD", 0, NF_DROP);
	struct xt_comment_info words = { .comment = "it's \"me\"" };
	struct xt_mark_mtinfo1 mark = { .mark = 1, .mask = 0xff, .invert = 1 };
	uint8_t tcp = IPPROTO_TCP;
	uint64_t handle = add_rule(f);

	meta(NFT_META_IIFNAME);
	cmp(NFT_CMP_NEQ, "br", 2);
	meta(NFT_META_L4PROTO);
	cmp(NFT_CMP_EQ, &tcp, 1);
	payload(NFT_PAYLOAD_NETWORK_HEADER, 12, 2);
	cmp(NFT_CMP_NEQ, "\xc0\xa8", 2);
	dport(80);
	xt_match("mark", 1, &mark, sizeof(mark));
	xt_match("comment", 0, &words, sizeof(words));
	expr("counter");
	verdict(NFT_GOTO, "DOCKER");
	assert_true(fw_is_iptables_nft(s, 0, chain(f)));
	assert_ref(f, handle, "iptables-nft",
		   "-A FORWARD ! -s 192.168.0.0/16 ! -i br+ -p tcp -m tcp --dport 80 -m mark ! --mark 0x1/0xff "
		   "-m comment --comment \"it\\'s \\\"me\\\"\" -g DOCKER",
		   "docker");
	assert_ref(f, 0, "iptables-nft", "-P FORWARD DROP", NULL);
	assert_ref(f, 12345, "iptables-nft", NULL, NULL);
}

static void what_iptables_keeps(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "filter", "FORWARD", 0, NF_DROP);

	assert_true(fw_is_iptables_nft(s, 0, chain(f)));
	chain(f)->prio = 1;
	assert_false(fw_is_iptables_nft(s, 0, chain(f)));
	chain(f)->prio = 0;
	chain(f)->name = "forward";
	assert_false(fw_is_iptables_nft(s, 0, chain(f)));
	chain(f)->name = "FORWARD";
	/* a native expression makes iptables call the table incompatible */
	add_rule(f);
	ct(NFT_CT_STATE);
	cmp_u32(NFT_CMP_EQ, 2);
	assert_false(fw_is_iptables_nft(s, 0, chain(f)));
	chain(f)->rules.n = 0;
	chain(f)->family = NFPROTO_INET;
	assert_false(fw_is_iptables_nft(s, 0, chain(f)));
}

static void owners(void **state)
{
	static const struct {
		const char *table, *chain, *owner;
	} rows[] = {
		{ "filter", "DOCKER-ISOLATION-STAGE-1", "docker" },
		{ "docker-bridges", "filter-FORWARD", "docker" },
		{ "nat", "KUBE-SERVICES", "kube-proxy" },
		{ "netavark", "FORWARD", "podman" },
		{ "filter", "cali-FORWARD", "calico" },
		{ "filter", "LIBVIRT_FWX", "libvirt" },
		{ "firewalld", "filter_FORWARD", "firewalld" },
		{ "filter", "ufw-before-forward", "ufw" },
		{ "filter", "f2b-sshd", "fail2ban" },
		{ "filter", "ts-forward", "tailscale" },
		{ "nsdoctor", "postrouting", "nsdoctor" },
		{ "filter", "mine", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t c = add_chain(NFPROTO_IPV4, rows[i].table, rows[i].chain);
		uint64_t handle = rule_verdict(c, NF_DROP, NULL);

		assert_ref(c, handle, "nft", "drop", rows[i].owner);
	}
}

static void owners_by_comment(void **state)
{
	static const struct {
		const char *comment, *owner;
	} rows[] = {
		{ "cali:abcdef", "calico" },
		{ "CNI portfwd requiring masquerade", "cni" },
		{ "cilium: any->cluster on cilium_host forward accept", "cilium" },
		{ "wg-quick(8) rule for wg0", "wg-quick" },
		{ "not by wg-quick(8) rule for anything", NULL },
		{ "generated for LXD network lxdbr0", "lxd" },
		{ "not generated for anybody", NULL },
	};
	size_t c = add_forward(NFPROTO_IPV4, "filter", "FORWARD", 0, NF_ACCEPT);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct xt_comment_info words = { 0 };
		uint64_t handle = add_rule(c);
		struct rule_ref ref;

		str_copy(words.comment, sizeof(words.comment), rows[i].comment);
		xt_match("comment", 0, &words, sizeof(words));
		verdict(NF_DROP, NULL);
		fw_rule_ref(s, 0, chain(c), handle, &ref);
		if (rows[i].owner)
			assert_string_equal(ref.owner, rows[i].owner);
		else
			assert_null(ref.owner);
		rule_ref_done(&ref);
	}
}

/* --- repairs --------------------------------------------------------------- */

static struct op accept_op(size_t c, uint64_t handle, const struct op_match *m)
{
	struct op op;

	assert_int_equal(op_accept(s, 0, chain(c), handle, m, &op), 0);
	return op;
}

static void assert_commands(const struct op *op, const char *todo, const char *undo)
{
	_cleanup_(freep) char *a = fw_op_command(s, op), *b = fw_op_undo_command(s, op, 0);

	assert_string_equal(a, todo);
	assert_string_equal(b, undo);
}

/* Whatever was dropped is accepted once the op has been done. */
static void assert_repairs(const struct op *op, const struct fw_place *at)
{
	_cleanup_(snapshot_freep) struct snapshot *copy = snapshot_copy(s);
	struct packet p = syn();
	struct fw_result r;

	fw_eval(s, at, &p, &r);
	assert_int_equal(r.verdict, FW_DROP);
	assert_int_equal(fw_op_model(copy, op), 0);
	fw_eval(copy, at, &p, &r);
	assert_int_equal(r.verdict, FW_ACCEPT);
	/* the original has not changed */
	fw_eval(s, at, &p, &r);
	assert_int_equal(r.verdict, FW_DROP);
}

static struct op_match match_of_syn(void)
{
	return (struct op_match){
		.src = { address("192.168.0.2"), 32 },
		.iif = BR0,
		.oif = ETH0,
		.proto = IPPROTO_TCP,
		.dport = 80,
	};
}

static void accept_before_a_rule(void **state)
{
	size_t f = add_forward(NFPROTO_INET, "filter", "forward", 0, NF_ACCEPT);
	struct op_match m = match_of_syn();
	struct op op;
	uint64_t handle;

	rule_verdict(f, NFT_CONTINUE, NULL);
	handle = rule_verdict(f, NF_DROP, NULL);
	op = accept_op(f, handle, &m);
	assert_false(op.iptables);
	assert_int_equal(op.before, handle);
	assert_commands(&op,
			"nft 'insert rule inet filter forward position 102 ip saddr 192.168.0.2 iifname "
			"\"br0\" oifname \"eth0\" tcp dport 80 accept'",
			"nft delete rule inet filter forward handle $(nft -a list chain inet filter forward | "
			"sed -n 's|^[[:space:]]*ip saddr 192.168.0.2 iifname \"br0\" oifname \"eth0\" "
			"tcp dport 80 accept # handle ||p' | head -n 1)");
	assert_repairs(&op, &forward);
	assert_int_equal(op_accept(s, 0, chain(f), 4711, &m, &op), -ENOTSUP);
}

static void accept_against_a_policy(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "filter", "FORWARD", 0, NF_DROP);
	struct op_match m = { .src = prefix("192.168.7.7", 16), .established = true };
	struct packet p = syn();
	struct op op = accept_op(f, 0, &m);

	assert_true(op.iptables);
	assert_commands(&op,
			"iptables -A FORWARD -s 192.168.0.0/16 -m conntrack --ctstate RELATED,ESTABLISHED "
			"-j ACCEPT",
			"iptables -D FORWARD -s 192.168.0.0/16 -m conntrack --ctstate RELATED,ESTABLISHED "
			"-j ACCEPT");
	assert_int_equal(fw_op_model(s, &op), 0);
	assert_true(fw_is_iptables_nft(s, 0, chain(f)));
	assert_ref(f, chain(f)->rules.v[0].handle, "iptables-nft",
		   "-A FORWARD -s 192.168.0.0/16 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
		   NULL);
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_DROP);
	p.ct = CT_ESTABLISHED;
	assert_int_equal(eval_packet(&forward, &p).verdict, FW_ACCEPT);
}

static void assert_persists(const struct op *op, const char *expected)
{
	_cleanup_(op_strings_free) op_strings lines = { 0 };
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	op_persist(s, op, &lines);
	vec_each(line, &lines)
		strbuf_printf(&b, "%s\n", *line);
	assert_string_equal(strbuf_str(&b), expected);
}

static void the_owners_own_way(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "filter", "FORWARD", 0, NF_DROP);
	size_t ufw = add_chain(NFPROTO_IPV4, "filter", "ufw-user-forward");
	size_t kube = add_chain(NFPROTO_IPV4, "filter", "KUBE-FORWARD");
	size_t zones = add_forward(NFPROTO_INET, "firewalld", "filter_FORWARD", 10, NF_ACCEPT);
	size_t in = add_base(NFPROTO_INET, "firewalld", "filter_INPUT", "filter", NF_INET_LOCAL_IN, 10,
			     NF_ACCEPT);
	struct op_match m = match_of_syn(), reply = { .dst = m.src, .iif = ETH0, .established = true };
	struct op op = accept_op(ufw, 0, &m);

	assert_persists(&op, "ufw route allow in on br0 out on eth0 proto tcp from 192.168.0.2 to any port 80\n");
	op = accept_op(ufw, 0, &reply);
	assert_persists(&op, "put it into what loads the firewall: iptables -A ufw-user-forward "
			     "-d 192.168.0.2 -i eth0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n");
	op = accept_op(zones, rule_verdict(zones, NF_DROP, NULL), &m);
	assert_persists(&op,
			"firewall-cmd --permanent --new-policy=nsdoctor\n"
			"firewall-cmd --permanent --policy=nsdoctor --add-ingress-zone=ANY\n"
			"firewall-cmd --permanent --policy=nsdoctor --add-egress-zone=ANY\n"
			"firewall-cmd --permanent --policy=nsdoctor --add-rich-rule='rule family=\"ipv4\" "
			"source address=\"192.168.0.2\" port port=\"80\" protocol=\"tcp\" accept'\n"
			"firewall-cmd --reload\n");
	m = (struct op_match){ .src = { address("10.0.0.0"), 24 }, .iif = ETH0 };
	op = accept_op(in, rule_verdict(in, NF_DROP, NULL), &m);
	assert_persists(&op,
			"firewall-cmd --permanent --new-policy=nsdoctor\n"
			"firewall-cmd --permanent --policy=nsdoctor --add-ingress-zone=ANY\n"
			"firewall-cmd --permanent --policy=nsdoctor --add-egress-zone=HOST\n"
			"firewall-cmd --permanent --policy=nsdoctor --add-rich-rule='rule family=\"ipv4\" "
			"source address=\"10.0.0.0/24\" accept'\n"
			"firewall-cmd --reload\n");
	op = accept_op(kube, rule_verdict(kube, NF_DROP, NULL), &m);
	assert_persists(&op, "kube-proxy writes this chain itself and may remove it; put it into what loads "
			     "the firewall after that: iptables -I KUBE-FORWARD -s 10.0.0.0/24 -i eth0 -j ACCEPT\n");
	op = accept_op(f, 0, &m);
	assert_persists(&op, "put it into what loads the firewall: iptables -A FORWARD -s 10.0.0.0/24 -i eth0 "
			     "-j ACCEPT\n");
}

static void accept_where_the_owner_wants_it(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "filter", "FORWARD", 0, NF_DROP);
	size_t user = add_chain(NFPROTO_IPV4, "filter", "DOCKER-USER");
	size_t stage = add_chain(NFPROTO_IPV4, "filter", "DOCKER-FORWARD");
	struct op_match m = match_of_syn();
	uint64_t handle, first;
	struct op op;

	rule_verdict(f, NFT_JUMP, "DOCKER-USER");
	rule_verdict(f, NFT_JUMP, "DOCKER-FORWARD");
	first = rule_verdict(user, NFT_RETURN, NULL);
	handle = rule_verdict(stage, NF_DROP, NULL);
	op = accept_op(stage, handle, &m);
	assert_string_equal(op.chain, "DOCKER-USER");
	assert_int_equal(op.before, first);
	assert_commands(&op,
			"iptables -I DOCKER-USER -s 192.168.0.2 -i br0 -o eth0 -p tcp --dport 80 -j ACCEPT",
			"iptables -D DOCKER-USER -s 192.168.0.2 -i br0 -o eth0 -p tcp --dport 80 -j ACCEPT");
	assert_repairs(&op, &forward);
	/* its own rules are answered in place */
	handle = rule_verdict(user, NF_DROP, NULL);
	op = accept_op(user, handle, &m);
	assert_string_equal(op.chain, "DOCKER-USER");
	assert_int_equal(op.before, handle);
	chain(user)->rules.n = 1;
	/* a drop before the owner's place */
	handle = chain(f)->rules.v[0].handle;
	chain(f)->rules.v[0].nr = chain(stage)->rules.v[0].nr;
	op = accept_op(f, handle, &m);
	assert_string_equal(op.chain, "FORWARD");
	assert_repairs(&op, &forward);
}

static void no_place_to_accept(void **state)
{
	size_t b = add_forward(NFPROTO_BRIDGE, "t", "b", 0, NF_DROP);
	size_t six = add_forward(NFPROTO_IPV6, "t", "s", 0, NF_DROP);
	size_t owned = add_forward(NFPROTO_IPV4, "own", "f", 0, NF_DROP);
	struct op_match m = match_of_syn();
	struct op op;

	assert_int_equal(op_accept(s, 0, chain(b), 0, &m, &op), -ENOTSUP);
	assert_int_equal(op_accept(s, 0, chain(six), 0, &m, &op), -ENOTSUP);
	host->tables.v[2].flags = 2; /* NFT_TABLE_F_OWNER */
	assert_int_equal(op_accept(s, 0, chain(owned), 0, &m, &op), -ENOTSUP);
}

static void hostile_names_are_quoted(void **state)
{
	size_t f = add_forward(NFPROTO_IPV4, "filter", "FORWARD", 0, NF_DROP);
	struct op_match m = { .iif = EVIL };
	struct op op = accept_op(f, 0, &m);
	_cleanup_(freep) char *iptables = fw_op_command(s, &op), *nft = NULL;

	assert_null(strstr(iptables, " a$(id)"));
	op.iptables = false;
	nft = fw_op_command(s, &op);
	assert_null(strstr(nft, "\"a$(id)'\""));
}

static struct op masquerade_op(void)
{
	struct prefix net = prefix("192.168.0.2", 16);
	struct op op;

	assert_int_equal(op_masquerade(s, 0, &net, ETH0, &op), 0);
	return op;
}

static void assert_masquerades(const struct op *op)
{
	_cleanup_(snapshot_freep) struct snapshot *copy = snapshot_copy(s);
	struct packet p = syn();
	struct fw_result r;

	assert_int_equal(fw_op_model(copy, op), 0);
	fw_eval(copy, &postrouting, &p, &r);
	assert_true(r.nat.masquerade);
	assert_string_equal(addr_text(&r.nat.addr).s, "10.9.0.5");
	p.src = address("172.16.0.1");
	fw_eval(copy, &postrouting, &p, &r);
	assert_int_equal(r.nat.kind, NAT_NONE);
}

static void masquerade_in_a_table_of_our_own(void **state)
{
	struct op op = masquerade_op();

	assert_null(op.table);
	assert_commands(&op,
			"nft 'add table ip nsdoctor'\n"
			"nft 'add chain ip nsdoctor postrouting { type nat hook postrouting priority srcnat; }'\n"
			"nft 'add rule ip nsdoctor postrouting ip saddr 192.168.0.0/16 oifname \"eth0\" "
			"masquerade'",
			"nft delete table ip nsdoctor");
	assert_masquerades(&op);
	/* the next one goes into the same */
	assert_int_equal(fw_op_model(s, &op), 0);
	op = masquerade_op();
	assert_string_equal(op.table, "nsdoctor");
	assert_string_equal(op.chain, "postrouting");
}

static void masquerade_beside_iptables(void **state)
{
	struct op op;

	add_nat("other", 100);
	add_base(NFPROTO_IPV4, "nat", "POSTROUTING", "nat", NF_INET_POST_ROUTING, 100, NF_ACCEPT);
	op = masquerade_op();
	assert_true(op.iptables);
	assert_commands(&op,
			"iptables -t nat -A POSTROUTING -s 192.168.0.0/16 -o eth0 -j MASQUERADE",
			"iptables -t nat -D POSTROUTING -s 192.168.0.0/16 -o eth0 -j MASQUERADE");
	assert_masquerades(&op);
}

static void masquerade_in_a_native_chain(void **state)
{
	size_t docker = add_nat("docker-bridges", 100), mine = add_nat("mine", 100);
	struct op op = masquerade_op();

	assert_string_equal(op.table, chain(mine)->table);
	assert_masquerades(&op);
	/* a program's own table is no place for us */
	chain(mine)->table = chain(docker)->table;
	assert_null(masquerade_op().table);
}

static struct op dnat_op(const char *to)
{
	struct addr a = address(to);
	const struct op_match m = { .dst = prefix(to, a.family == AF_INET6 ? 128 : 32), .iif = ETH0,
				    .proto = IPPROTO_TCP, .dport = 80 };
	struct op op;

	assert_int_equal(op_dnat(s, 0, &m, &a, 5000, &op), 0);
	return op;
}

/* Only what is for that address and port, coming in there. */
static void assert_publishes(const struct op *op)
{
	_cleanup_(snapshot_freep) struct snapshot *copy = snapshot_copy(s);
	const struct fw_place in = { .hook = HOOK_PREROUTING, .iif = ETH0 };
	struct packet p = syn();
	struct fw_result r;

	p.dst = op->match.dst.addr;
	assert_int_equal(fw_op_model(copy, op), 0);
	fw_eval(copy, &in, &p, &r);
	assert_int_equal(r.nat.kind, NAT_DEST);
	assert_string_equal(addr_text(&r.nat.addr).s, addr_text(&op->to).s);
	assert_int_equal(r.nat.port, 5000);
	fw_eval(copy, &prerouting, &p, &r);
	assert_int_equal(r.nat.kind, NAT_NONE);
	p.dport = 81;
	fw_eval(copy, &in, &p, &r);
	assert_int_equal(r.nat.kind, NAT_NONE);
}

static void publishing_in_a_table_of_our_own(void **state)
{
	struct op op = dnat_op("192.168.0.2"), masquerade = masquerade_op();

	assert_commands(&op,
			"nft 'add table ip nsdoctor'\n"
			"nft 'add chain ip nsdoctor prerouting { type nat hook prerouting priority dstnat; }'\n"
			"nft 'add rule ip nsdoctor prerouting ip daddr 192.168.0.2 iifname \"eth0\" tcp dport 80 "
			"dnat to 192.168.0.2:5000'",
			"nft delete table ip nsdoctor");
	assert_publishes(&op);
	/* beside what an earlier repair has put there, which stays */
	assert_int_equal(fw_op_model(s, &masquerade), 0);
	assert_commands(&op,
			"nft 'add table ip nsdoctor'\n"
			"nft 'add chain ip nsdoctor prerouting { type nat hook prerouting priority dstnat; }'\n"
			"nft 'add rule ip nsdoctor prerouting ip daddr 192.168.0.2 iifname \"eth0\" tcp dport 80 "
			"dnat to 192.168.0.2:5000'",
			"nft delete chain ip nsdoctor prerouting");
	assert_publishes(&op);
}

static void publishing_beside_iptables(void **state)
{
	struct op op;

	add_base(NFPROTO_IPV4, "nat", "PREROUTING", "nat", NF_INET_PRE_ROUTING, -100, NF_ACCEPT);
	op = dnat_op("192.168.0.2");
	assert_true(op.iptables);
	assert_commands(&op,
			"iptables -t nat -A PREROUTING -d 192.168.0.2 -i eth0 -p tcp --dport 80 -j DNAT "
			"--to-destination 192.168.0.2:5000",
			"iptables -t nat -D PREROUTING -d 192.168.0.2 -i eth0 -p tcp --dport 80 -j DNAT "
			"--to-destination 192.168.0.2:5000");
	assert_publishes(&op);
}

static void model_refuses(void **state)
{
	size_t f = add_forward(NFPROTO_INET, "filter", "forward", 0, NF_DROP);
	struct op_match m = match_of_syn();
	struct op op = accept_op(f, 0, &m);

	op.before = 4711;
	assert_int_equal(fw_op_model(s, &op), -ENOENT);
	op.before = 0;
	op.chain = "nowhere";
	assert_int_equal(fw_op_model(s, &op), -ENOENT);
	op.kind = OP_SYSCTL;
	assert_null(fw_build_rule(s, &op));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* --- words of extensions ---------------------------------------------------- */

static void check_words(bool target, const char *name, uint32_t rev, uint8_t family, const void *info,
			size_t len, const char *want)
{
	const struct xt_context x = { .family = family, .rev = rev };
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	(target ? xt_target_print : xt_match_print)(&b, name, &x, info, len);
	assert_string_equal(strbuf_str(&b), want);
}

/*
 * Few kernels have these. It is what libxtables 1.8.9 prints for the same structs, but for the delay "inf", for
 * which it prints -1, and a second space before the name of an account.
 */
static void words_of_rare_extensions(void **state)
{
	const struct xt_led_info led = { .id = "netfilter-a \"b\\", .delay = 5, .always_blink = 1 };
	const struct xt_led_info stays = { .id = "netfilter-c", .delay = UINT32_MAX };
	const struct xt_secmark_target_info secmark = { .mode = SECMARK_MODE_SEL, .secctx = "u:r:t:s0" };
	const struct xt_secmark_target_info_v1 secmark1 = { .mode = SECMARK_MODE_SEL, .secctx = "u:r:t:s0" };
	const struct xt_nfacct_match_info acct = { .name = "bytes" };
	const struct xt_ipvs_mtinfo any = { .bitmask = XT_IPVS_IPVS_PROPERTY, .invert = XT_IPVS_IPVS_PROPERTY };
	const struct xt_ipvs_mtinfo all = {
		.bitmask = XT_IPVS_MASK,
		.invert = XT_IPVS_PROTO | XT_IPVS_DIR | XT_IPVS_VPORTCTL,
		.l4proto = IPPROTO_TCP,
		.vaddr.ip = htonl(0x01020300),
		.vmask.ip = htonl(0xffffff00),
		.vport = htons(22),
		.fwd_method = IP_VS_CONN_F_MASQ,
		.vportctl = htons(21),
	};
	const struct xt_ipvs_mtinfo six = {
		.bitmask = XT_IPVS_VADDR | XT_IPVS_METHOD,
		.invert = XT_IPVS_VADDR | XT_IPVS_METHOD,
		.vaddr.all = { htonl(0xfd000000), 0, 0, htonl(1) },
		.vmask.all = { UINT32_MAX, UINT32_MAX, 0, 0 },
		.fwd_method = IP_VS_CONN_F_DROUTE,
	};

	check_words(true, "LED", 0, AF_INET, &led, sizeof(led),
		    " -j LED --led-trigger-id \"a \\\"b\\\\\" --led-delay 5 --led-always-blink");
	check_words(true, "LED", 0, AF_INET6, &stays, sizeof(stays),
		    " -j LED --led-trigger-id \"c\" --led-delay inf");
	check_words(true, "SECMARK", 0, AF_INET, &secmark, sizeof(secmark), " -j SECMARK --selctx u:r:t:s0");
	check_words(true, "SECMARK", 1, AF_INET, &secmark1, sizeof(secmark1), " -j SECMARK --selctx u:r:t:s0");
	check_words(false, "nfacct", 0, AF_INET, &acct, sizeof(acct), " -m nfacct --nfacct-name bytes");
	check_words(false, "ipvs", 0, AF_INET, &any, sizeof(any), " -m ipvs ! --ipvs");
	check_words(false, "ipvs", 0, AF_INET, &all, sizeof(all),
		    " -m ipvs ! --vproto 6 --vaddr 1.2.3.0/24 --vport 22 --vdir REPLY --vmethod MASQ"
		    " ! --vportctl 21");
	check_words(false, "ipvs", 0, AF_INET6, &six, sizeof(six),
		    " -m ipvs ! --vaddr fd00::1/64 ! --vmethod GATE");
	/* what is too short, or of a revision to come, is not read */
	check_words(true, "LED", 0, AF_INET, &led, sizeof(led) - 1, " -j LED …");
	check_words(true, "SECMARK", 2, AF_INET, &secmark, sizeof(secmark), " -j SECMARK …");
}

static void check_queue_words(uint16_t first, uint16_t total, uint16_t flags, const char *want)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	struct nftnl_rule *with = nftnl_rule_alloc();
	struct nftnl_expr *e = nftnl_expr_alloc("queue");

	nftnl_expr_set_u16(e, NFTNL_EXPR_QUEUE_NUM, first);
	nftnl_expr_set_u16(e, NFTNL_EXPR_QUEUE_TOTAL, total);
	nftnl_expr_set_u16(e, NFTNL_EXPR_QUEUE_FLAGS, flags);
	nftnl_rule_add_expr(with, e);
	nft_rule(&b, with, AF_INET);
	assert_string_equal(strbuf_str(&b), want);
	nftnl_rule_free(with);
}

static void words_of_queues(void **state)
{
	check_queue_words(0, 1, 0, "queue to 0");
	check_queue_words(1, 3, NFT_QUEUE_FLAG_BYPASS, "queue flags bypass to 1-3");
	check_queue_words(5, 1, NFT_QUEUE_FLAG_BYPASS | NFT_QUEUE_FLAG_CPU_FANOUT,
			  "queue flags bypass,fanout to 5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_accepts),
		TEST(policies),
		TEST(accept_ends_its_own_chain_only),
		TEST(equal_priorities),
		TEST(what_legacy_tables_may_come_before_is_open),
		TEST(jumps),
		TEST(loops_end),
		TEST(dormant_tables_sleep),
		TEST(undecodable_rules),
		TEST(unknown_match),
		TEST(unknown_match_that_decides_nothing),
		TEST(unknown_beside_what_does_not_match),
		TEST(later_chain_drops_for_certain),
		TEST(unknown_jumps_do_not_multiply),
		TEST(unknown_mark),
		TEST(ports_not_chosen_yet),
		TEST(interfaces),
		TEST(bridged_packets_at_ip_hooks),
		TEST(bridge_family),
		TEST(netdev_family),
		TEST(state_before_conntrack),
		TEST(an_answer_in_another_zone),
		TEST(packets_of_a_connection),
		TEST(flowtables),
		TEST(interval_sets),
		TEST(verdict_maps),
		TEST(missing_sets),
		TEST(masquerade_takes_the_address_towards_the_gateway),
		TEST(masquerade_without_an_address_drops),
		TEST(only_new_flows_are_translated),
		TEST(first_translation_wins),
		TEST(unknown_translation),
		TEST(near_misses),
		TEST(near_misses_of_accepts),
		TEST(ports_of_rules),
		TEST(ports_of_sets),
		TEST(legacy_tables),
		TEST(names_of_iptables),
		TEST(what_iptables_keeps),
		TEST(owners),
		TEST(owners_by_comment),
		TEST(accept_before_a_rule),
		TEST(accept_against_a_policy),
		TEST(the_owners_own_way),
		TEST(accept_where_the_owner_wants_it),
		TEST(no_place_to_accept),
		TEST(hostile_names_are_quoted),
		TEST(masquerade_in_a_table_of_our_own),
		TEST(masquerade_beside_iptables),
		TEST(masquerade_in_a_native_chain),
		TEST(publishing_in_a_table_of_our_own),
		TEST(publishing_beside_iptables),
		TEST(model_refuses),
		TEST(words_of_rare_extensions),
		TEST(words_of_queues),
	};

	return cmocka_run_group_tests_name("firewall", tests, NULL, NULL);
}
