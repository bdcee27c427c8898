/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build - the firewall's ops as bytecode, and into the model
 *
 * Two dialects: what nft 1.0.6 writes for the native command, and what
 * iptables 1.8.9 writes (iptables/nft-ipv4.c, nft_ipv4_add()), since it calls a
 * table incompatible that holds anything else.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "firewall/build.h"
#include "firewall/extension.h"
#include "firewall/ref.h"
#include "nftexpr.h"

/* Both tools load whole bytes where the prefix ends on one, else all of it and a mask. */
static void add_prefix(struct nftnl_rule *nr, const struct prefix *p, bool dst)
{
	bool ipv6 = p->addr.family == AF_INET6;
	uint32_t offset = ipv6 ? (dst ? 24 : 8) : (dst ? 16 : 12);
	uint32_t len = (uint32_t)addr_len(p->addr.family);
	struct prefix net = prefix_network(p);
	uint8_t mask[16] = { 0 };

	if (!len || !p->len)
		return;
	if (p->len % 8 == 0) {
		nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, offset, p->len / 8);
		nftexpr_cmp(nr, NFT_CMP_EQ, net.addr.b, p->len / 8);
		return;
	}
	for (unsigned int i = 0; i < p->len; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
	nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, offset, len);
	nftexpr_mask(nr, mask, len);
	nftexpr_cmp(nr, NFT_CMP_EQ, net.addr.b, len);
}

/* nft compares the whole register, iptables the name and its NUL. */
static void add_ifname(struct nftnl_rule *nr, const struct ns *ns, uint32_t key, int ifindex,
		       bool iptables)
{
	struct ifname name = ns_ifname(ns, ifindex);
	char padded[IFNAMSIZ] = { 0 };

	if (!ifindex)
		return;
	str_copy(padded, sizeof(padded), name.s);
	nftexpr_meta(nr, key);
	nftexpr_cmp(nr, NFT_CMP_EQ, padded,
		iptables ? (uint32_t)strlen(padded) + 1 : (uint32_t)sizeof(padded));
}

static void add_proto(struct nftnl_rule *nr, int proto)
{
	uint8_t v = (uint8_t)proto;

	if (!proto)
		return;
	nftexpr_meta(nr, NFT_META_L4PROTO);
	nftexpr_cmp(nr, NFT_CMP_EQ, &v, sizeof(v));
}

static void add_port(struct nftnl_rule *nr, uint16_t port, bool dst)
{
	uint16_t v = htons(port);

	if (!port)
		return;
	nftexpr_payload(nr, NFT_PAYLOAD_TRANSPORT_HEADER, dst ? 2 : 0, sizeof(v));
	nftexpr_cmp(nr, NFT_CMP_EQ, &v, sizeof(v));
}

static void add_icmp_type(struct nftnl_rule *nr, uint8_t type)
{
	if (!type)
		return;
	nftexpr_payload(nr, NFT_PAYLOAD_TRANSPORT_HEADER, 0, sizeof(type));
	nftexpr_cmp(nr, NFT_CMP_EQ, &type, sizeof(type));
}

static void add_verdict(struct nftnl_rule *nr, int verdict)
{
	struct nftnl_expr *e = nftexpr_add(nr, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, (uint32_t)verdict);
}

/* --- as iptables ----------------------------------------------------------- */

/* libnftnl keeps info itself and frees it in the end. */
static void add_match(struct nftnl_rule *nr, const struct extension *x)
{
	struct nftnl_expr *e = nftexpr_add(nr, "match");

	nftnl_expr_set_str(e, NFTNL_EXPR_MT_NAME, x->name);
	nftnl_expr_set_u32(e, NFTNL_EXPR_MT_REV, x->revision);
	nftnl_expr_set(e, NFTNL_EXPR_MT_INFO, xmemdup(x->info, x->size), (uint32_t)x->size);
}

static void add_target(struct nftnl_rule *nr, const struct extension *x)
{
	struct nftnl_expr *e = nftexpr_add(nr, "target");

	nftnl_expr_set_str(e, NFTNL_EXPR_TG_NAME, x->name);
	nftnl_expr_set_u32(e, NFTNL_EXPR_TG_REV, x->revision);
	nftnl_expr_set(e, NFTNL_EXPR_TG_INFO, xmemdup(x->info, x->size), (uint32_t)x->size);
}

static void build_iptables(struct nftnl_rule *nr, const struct ns *ns, const struct op *op,
			   const struct op_match *m)
{
	const struct extension icmp6 = extension_icmp6(m->icmp_type),
			       established = extension_established(),
			       masquerade = extension_masquerade(op->family),
			       dnat = extension_dnat(&op->to, op->to_port);

	add_ifname(nr, ns, NFT_META_IIFNAME, m->iif, true);
	add_ifname(nr, ns, NFT_META_OIFNAME, m->oif, true);
	add_proto(nr, m->proto);
	add_prefix(nr, &m->src, false);
	add_prefix(nr, &m->dst, true);
	if (m->proto) {
		/* by which the kernel checks that extensions fit the protocol */
		nftnl_rule_set_u32(nr, NFTNL_RULE_COMPAT_PROTO, (uint32_t)m->proto);
		nftnl_rule_set_u32(nr, NFTNL_RULE_COMPAT_FLAGS, 0);
	}
	add_port(nr, m->sport, false);
	add_port(nr, m->dport, true);
	if (m->icmp_type)
		add_match(nr, &icmp6);
	if (m->established)
		add_match(nr, &established);
	nftexpr_add(nr, "counter");
	if (op->kind == OP_NFT_MASQUERADE)
		add_target(nr, &masquerade);
	else if (op->kind == OP_NFT_DNAT)
		add_target(nr, &dnat);
	else
		add_verdict(nr, NF_ACCEPT);
}

/* --- as nft ---------------------------------------------------------------- */

static void add_ct_state(struct nftnl_rule *nr)
{
	const uint32_t mask = NF_CT_STATE_BIT(IP_CT_ESTABLISHED) | NF_CT_STATE_BIT(IP_CT_RELATED);
	const uint32_t zero = 0;
	struct nftnl_expr *e = nftexpr_add(nr, "ct");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, NFT_CT_STATE);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	nftexpr_mask(nr, &mask, sizeof(mask));
	nftexpr_cmp(nr, NFT_CMP_NEQ, &zero, sizeof(zero));
}

/* In tables of both families an address is looked at only after its family. */
static void add_nfproto(struct nftnl_rule *nr, const struct op *op, const struct op_match *m)
{
	uint8_t family = m->src.addr.family != AF_UNSPEC ? m->src.addr.family : m->dst.addr.family;
	uint8_t nfproto = family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4;

	if (op->family != NFPROTO_INET || family == AF_UNSPEC)
		return;
	nftexpr_meta(nr, NFT_META_NFPROTO);
	nftexpr_cmp(nr, NFT_CMP_EQ, &nfproto, sizeof(nfproto));
}

/* With all that the kernel adds by itself: it is known again by what it says. */
static void add_dnat(struct nftnl_rule *nr, const struct op *op)
{
	const uint16_t port = htons(op->to_port);
	struct nftnl_expr *e;

	nftexpr_data(nr, op->to.b, (uint32_t)addr_len(op->to.family));
	e = nftexpr_add(nr, "immediate");
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_2);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, &port, sizeof(port));
	e = nftexpr_add(nr, "nat");
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_TYPE, NFT_NAT_DNAT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FAMILY, op->to.family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MAX, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MIN, NFT_REG_2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MAX, NFT_REG_2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FLAGS, NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED);
}

static void build_native(struct nftnl_rule *nr, const struct ns *ns, const struct op *op,
			 const struct op_match *m)
{
	add_nfproto(nr, op, m);
	add_prefix(nr, &m->src, false);
	add_prefix(nr, &m->dst, true);
	add_ifname(nr, ns, NFT_META_IIFNAME, m->iif, false);
	add_ifname(nr, ns, NFT_META_OIFNAME, m->oif, false);
	add_proto(nr, m->proto);
	add_port(nr, m->sport, false);
	add_port(nr, m->dport, true);
	add_icmp_type(nr, m->icmp_type);
	if (m->established)
		add_ct_state(nr);
	if (op->kind == OP_NFT_MASQUERADE)
		nftexpr_add(nr, "masq");
	else if (op->kind == OP_NFT_DNAT)
		add_dnat(nr, op);
	else
		add_verdict(nr, NF_ACCEPT);
}

bool fw_op_masquerades(const struct op *op)
{
	return op->kind == OP_NFT_MASQUERADE || op->kind == OP_LEGACY_MASQUERADE;
}

bool fw_op_redirects(const struct op *op)
{
	return op->kind == OP_NFT_DNAT || op->kind == OP_LEGACY_DNAT;
}

bool fw_op_is_legacy(const struct op *op)
{
	return op->kind == OP_LEGACY_ACCEPT || op->kind == OP_LEGACY_MASQUERADE || op->kind == OP_LEGACY_DNAT;
}

const struct fw_own_chain *fw_own_chain(const struct op *op)
{
	static const struct fw_own_chain in = { "prerouting", "dstnat", NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST },
					 out = { "postrouting", "srcnat", NF_INET_POST_ROUTING,
						 NF_IP_PRI_NAT_SRC };

	return fw_op_redirects(op) ? &in : &out;
}

const struct nft_chain *fw_op_chain(const struct snapshot *s, const struct op *op)
{
	const struct ns *ns = snapshot_ns(s, op->ns);
	const struct nft_chain in = { .family = op->family, .table = op->table,
				      .legacy = fw_op_is_legacy(op) };

	return op->table ? chain_beside(ns, &in, op->chain) : NULL;
}

struct op_match fw_op_match(const struct op *op)
{
	struct op_match m = op->match;

	if (fw_op_masquerades(op)) {
		m.src = op->prefix;
		m.oif = op->oif;
	}
	return m;
}

struct nftnl_rule *fw_build_rule(const struct snapshot *s, const struct op *op)
{
	const struct ns *ns = snapshot_ns(s, op->ns);
	struct op_match m = fw_op_match(op);
	struct nftnl_rule *nr;

	if (op->kind != OP_NFT_ACCEPT && op->kind != OP_NFT_MASQUERADE && op->kind != OP_NFT_DNAT)
		return NULL;
	nr = nftnl_rule_alloc();
	if (!nr)
		abort();
	nftnl_rule_set_u32(nr, NFTNL_RULE_FAMILY, op->family);
	nftnl_rule_set_str(nr, NFTNL_RULE_TABLE, op->table ? op->table : FW_OWN_TABLE);
	nftnl_rule_set_str(nr, NFTNL_RULE_CHAIN, op->table ? op->chain : fw_own_chain(op)->name);
	if (op->before)
		nftnl_rule_set_u64(nr, NFTNL_RULE_POSITION, op->before);
	if (op->iptables)
		build_iptables(nr, ns, op, &m);
	else
		build_native(nr, ns, op, &m);
	return nr;
}

/* --- into the model -------------------------------------------------------- */

/* Handles are counted by table. */
static uint64_t next_handle(const struct ns *ns, uint8_t family, const char *table)
{
	uint64_t max = 0;

	vec_each(c, &ns->chains) {
		if (c->family != family || !streq(c->table, table))
			continue;
		max = c->handle > max ? c->handle : max;
		vec_each(rule, &c->rules)
			max = rule->handle > max ? rule->handle : max;
	}
	return max + 1;
}

bool fw_has_table(const struct ns *ns, uint8_t family, const char *table)
{
	return ns_table(ns, family, table) != NULL;
}

static struct nft_chain *make_own(struct snapshot *copy, struct ns *ns, const struct op *op)
{
	const struct fw_own_chain *own = fw_own_chain(op);
	struct nft_chain *c = vec_add(&ns->chains);

	c->family = op->family;
	c->table = snapshot_intern(copy, FW_OWN_TABLE);
	if (!fw_has_table(ns, op->family, FW_OWN_TABLE))
		vec_push(&ns->tables, ((struct nft_table){ .family = op->family, .name = c->table }));
	c->name = snapshot_intern(copy, own->name);
	c->handle = next_handle(ns, op->family, FW_OWN_TABLE);
	c->base = true;
	c->hook = own->hook;
	c->prio = own->number;
	c->policy = NF_ACCEPT;
	c->type = snapshot_intern(copy, "nat");
	return c;
}

static int find_place(const struct nft_chain *c, uint64_t before, size_t *ret_index)
{
	if (!before) {
		*ret_index = c->rules.n;
		return 0;
	}
	for (size_t i = 0; i < c->rules.n; i++)
		if (c->rules.v[i].handle == before) {
			*ret_index = i;
			return 0;
		}
	return -ENOENT;
}

int fw_op_model(struct snapshot *copy, const struct op *op)
{
	struct ns *ns = &copy->ns.v[op->ns];
	const char *table = op->table ? op->table : FW_OWN_TABLE;
	const char *name = op->table ? op->chain : fw_own_chain(op)->name;
	struct nft_chain *c = (struct nft_chain *)(uintptr_t)ns_chain(ns, op->family, table, name);
	struct nft_rule rule = { 0 };
	struct nftnl_rule *nr;
	size_t i;
	int r;

	if (!c && !op->table)
		c = make_own(copy, ns, op);
	if (!c)
		return -ENOENT;
	r = find_place(c, op->before, &i);
	if (r < 0)
		return r;
	nr = fw_build_rule(copy, op);
	if (!nr)
		return -EINVAL;
	snapshot_own_rule(copy, nr);
	rule.nr = nr;
	rule.handle = next_handle(ns, op->family, table);
	vec_insert(&c->rules, i, rule);
	return 0;
}
