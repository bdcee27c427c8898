/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native - a rule in nft's language, as far as it is simple
 *
 * For snapshots without a kernel at hand; live, nft-text.c has libnftables'
 * own words. What is not simple stands in brackets by its expression's name.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>

#include <libnftnl/expr.h>

#include "firewall/decode.h"

static uint32_t host_u32(const uint8_t *data, size_t size)
{
	uint32_t v = 0;

	memcpy(&v, data, size < sizeof(v) ? size : sizeof(v));
	return v;
}

static uint32_t net_number(const uint8_t *data, size_t size)
{
	uint32_t v = 0;

	for (size_t i = 0; i < size && i < sizeof(v); i++)
		v = v << 8 | data[i];
	return v;
}

/* The protocol that another condition of the rule asks for. */
static uint8_t rule_proto(const struct decoded *d)
{
	vec_each(c, &d->conds)
		if (c->source == COND_META && c->key == NFT_META_L4PROTO && c->test == TEST_EQ)
			return c->data[0];
	return 0;
}

static const char *operator(const struct cond *c)
{
	static const char *const words[] = {
		[TEST_EQ] = "", [TEST_NEQ] = "!= ", [TEST_LT] = "< ", [TEST_LTE] = "<= ",
		[TEST_GT] = "> ", [TEST_GTE] = ">= ", [TEST_RANGE] = "", [TEST_NOT_RANGE] = "!= ",
		[TEST_SET] = "", [TEST_NOT_SET] = "!= ",
	};

	return (size_t)c->test < ARRAY_SIZE(words) ? words[c->test] : "? ";
}

/* Sets without a name are the rule's own; which elements they have is not repeated here. */
static bool print_set(struct strbuf *b, const struct cond *c)
{
	if (c->test != TEST_SET && c->test != TEST_NOT_SET)
		return false;
	if (c->map)
		strbuf_puts(b, "vmap ");
	if (c->set && !str_starts(c->set, "__"))
		strbuf_printf(b, "@%s", c->set);
	else
		strbuf_puts(b, "{ … }");
	return true;
}

static void print_addr_value(struct strbuf *b, const struct cond *c, uint8_t family)
{
	struct addr a = { .family = family }, to = { .family = family };
	int bits = (int)c->size * 8;

	memcpy(a.b, c->data, c->size);
	memcpy(to.b, c->to, c->size);
	if (c->masked)
		bits = mask_prefix(c->mask, addr_len(family));
	strbuf_puts(b, addr_text(&a).s);
	if (c->test == TEST_RANGE || c->test == TEST_NOT_RANGE)
		strbuf_printf(b, "-%s", addr_text(&to).s);
	else if (bits >= 0 && (size_t)bits < addr_len(family) * 8)
		strbuf_printf(b, "/%d", bits);
}

static void print_number(struct strbuf *b, const struct cond *c)
{
	strbuf_printf(b, "%u", net_number(c->data, c->size));
	if (c->test == TEST_RANGE || c->test == TEST_NOT_RANGE)
		strbuf_printf(b, "-%u", net_number(c->to, c->size));
}

static void print_payload(struct strbuf *b, const struct decoded *d, const struct cond *c,
			  uint8_t family)
{
	const char *proto = ip_proto_name(rule_proto(d));
	bool set = c->test == TEST_SET || c->test == TEST_NOT_SET;

	if (cond_is_addr(c, family, false) || cond_is_addr(c, family, true)) {
		strbuf_printf(b, "%s %s %s", family == AF_INET6 ? "ip6" : "ip",
			      cond_is_addr(c, family, true) ? "daddr" : "saddr", operator(c));
		if (!set)
			print_addr_value(b, c, family);
	} else if (cond_is_port(c, false) || cond_is_port(c, true)) {
		strbuf_printf(b, "%s %s %s", proto ? proto : "th",
			      cond_is_port(c, true) ? "dport" : "sport", operator(c));
		if (!set)
			print_number(b, c);
	} else {
		strbuf_printf(b, "@%s,%u,%u %s",
			      c->base == NFT_PAYLOAD_NETWORK_HEADER ? "nh" :
			      c->base == NFT_PAYLOAD_LL_HEADER ? "ll" : "th",
			      c->offset * 8, c->len * 8, operator(c));
		if (!set)
			print_number(b, c);
	}
	print_set(b, c);
}

static const char *meta_name(uint32_t key)
{
	static const struct {
		uint32_t key;
		const char *name;
	} names[] = {
		{ NFT_META_IIFNAME, "iifname" },   { NFT_META_OIFNAME, "oifname" },
		{ NFT_META_IIF, "iif" },           { NFT_META_OIF, "oif" },
		{ NFT_META_MARK, "meta mark" },    { NFT_META_L4PROTO, "meta l4proto" },
		{ NFT_META_NFPROTO, "meta nfproto" }, { NFT_META_PROTOCOL, "meta protocol" },
		{ NFT_META_PKTTYPE, "meta pkttype" }, { NFT_META_SKUID, "meta skuid" },
		{ NFT_META_LEN, "meta length" },   { NFT_META_BRI_IIFNAME, "meta ibrname" },
		{ NFT_META_BRI_OIFNAME, "meta obrname" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].key == key)
			return names[i].name;
	return "meta ?";
}

static bool meta_is_name(uint32_t key)
{
	return key == NFT_META_IIFNAME || key == NFT_META_OIFNAME || key == NFT_META_BRI_IIFNAME ||
	       key == NFT_META_BRI_OIFNAME;
}

static void print_meta(struct strbuf *b, const struct cond *c)
{
	const char *proto = c->key == NFT_META_L4PROTO ? ip_proto_name(c->data[0]) : NULL;
	size_t len = strnlen((const char *)c->data, c->size);

	strbuf_printf(b, "%s %s", meta_name(c->key), operator(c));
	if (print_set(b, c))
		return;
	if (meta_is_name(c->key))
		strbuf_printf(b, "\"%.*s%s\"", (int)len, (const char *)c->data,
			      len == c->size ? "*" : "");
	else if (c->key == NFT_META_NFPROTO)
		strbuf_puts(b, c->data[0] == NFPROTO_IPV6 ? "ipv6" : "ipv4");
	else if (proto)
		strbuf_puts(b, proto);
	else if (c->key == NFT_META_MARK && c->masked)
		strbuf_printf(b, "& 0x%08x == 0x%08x", host_u32(c->mask, 4), host_u32(c->data, 4));
	else if (c->key == NFT_META_MARK)
		strbuf_printf(b, "0x%08x", host_u32(c->data, c->size));
	else
		strbuf_printf(b, "%u", host_u32(c->data, c->size));
}

/* "ct state established,related" is a mask, compared to be not 0. */
static void print_ct_state(struct strbuf *b, const struct cond *c)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{ NF_CT_STATE_BIT(IP_CT_ESTABLISHED), "established" },
		{ NF_CT_STATE_BIT(IP_CT_RELATED), "related" },
		{ NF_CT_STATE_BIT(IP_CT_NEW), "new" },
		{ NF_CT_STATE_INVALID_BIT, "invalid" },
		{ NF_CT_STATE_UNTRACKED_BIT, "untracked" },
	};
	uint32_t bits = host_u32(c->masked ? c->mask : c->data, 4);
	const char *separator = "";

	strbuf_printf(b, "ct state %s", c->masked && c->test == TEST_EQ ? "! " :
					!c->masked ? operator(c) : "");
	if (print_set(b, c))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (bits & names[i].bit) {
			strbuf_printf(b, "%s%s", separator, names[i].name);
			separator = ",";
		}
}

static void print_fib(struct strbuf *b, const struct cond *c)
{
	bool local = c->key == NFT_FIB_RESULT_ADDRTYPE && host_u32(c->data, 4) == RTN_LOCAL;

	strbuf_printf(b, "fib %s%s %s %s", c->flags & NFTA_FIB_F_SADDR ? "saddr" : "daddr",
		      c->flags & NFTA_FIB_F_IIF ? " . iif" : "",
		      c->key == NFT_FIB_RESULT_ADDRTYPE ? "type" : "oif", operator(c));
	if (!print_set(b, c))
		strbuf_printf(b, local ? "local" : "%u", host_u32(c->data, 4));
}

static void print_name(struct strbuf *b, const struct nftnl_expr *e)
{
	const char *name = e ? nftnl_expr_get_str(e, NFTNL_EXPR_NAME) : NULL;

	strbuf_printf(b, "[%s]", name ? name : "?");
}

/* As nft writes it: the largest unit of which there are whole ones. */
static void print_bytes(struct strbuf *b, uint64_t n)
{
	static const char *const units[] = { "bytes", "kbytes", "mbytes" };
	size_t unit = 0;

	while (unit + 1 < ARRAY_SIZE(units) && n > 0 && n % 1024 == 0) {
		n /= 1024;
		unit++;
	}
	strbuf_printf(b, "%llu %s", (unsigned long long)n, units[unit]);
}

static void print_limit(struct strbuf *b, const struct nftnl_expr *e)
{
	uint64_t unit = nftnl_expr_get_u64(e, NFTNL_EXPR_LIMIT_UNIT), rate = nftnl_expr_get_u64(e, NFTNL_EXPR_LIMIT_RATE);
	uint32_t burst = expr_u32(e, NFTNL_EXPR_LIMIT_BURST);
	bool bytes = expr_u32(e, NFTNL_EXPR_LIMIT_TYPE) == NFT_LIMIT_PKT_BYTES;
	const char *per = unit == 1 ? "second" : unit == 60 ? "minute" : unit == 3600 ? "hour" :
			  unit == 86400 ? "day" : "week";

	strbuf_printf(b, "limit rate %s", expr_u32(e, NFTNL_EXPR_LIMIT_FLAGS) & NFT_LIMIT_F_INV ? "over " : "");
	if (bytes)
		print_bytes(b, rate);
	else
		strbuf_printf(b, "%llu", (unsigned long long)rate);
	strbuf_printf(b, "/%s", per);
	if (burst == 0)
		return;
	strbuf_puts(b, " burst ");
	if (bytes)
		print_bytes(b, burst);
	else
		strbuf_printf(b, "%u packets", burst);
}

static void print_quota(struct strbuf *b, const struct nftnl_expr *e)
{
	strbuf_printf(b, "quota %s", expr_u32(e, NFTNL_EXPR_QUOTA_FLAGS) & NFT_QUOTA_F_INV ? "over " : "");
	print_bytes(b, nftnl_expr_get_u64(e, NFTNL_EXPR_QUOTA_BYTES));
}

static void print_connlimit(struct strbuf *b, const struct nftnl_expr *e)
{
	strbuf_printf(b, "ct count %s%u", expr_u32(e, NFTNL_EXPR_CONNLIMIT_FLAGS) & NFT_CONNLIMIT_F_INV ? "over " : "",
		      expr_u32(e, NFTNL_EXPR_CONNLIMIT_COUNT));
}

static void print_other(struct strbuf *b, const struct nftnl_expr *e)
{
	const char *name = e ? nftnl_expr_get_str(e, NFTNL_EXPR_NAME) : NULL;

	if (name && streq(name, "quota"))
		print_quota(b, e);
	else if (name && streq(name, "connlimit"))
		print_connlimit(b, e);
	else
		print_name(b, e);
}

static void print_extension(struct strbuf *b, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_MT_NAME);

	strbuf_printf(b, "xt match \"%s\"", name ? name : "?");
}

void nft_cond(struct strbuf *b, const struct decoded *d, const struct cond *c, uint8_t family)
{
	switch (c->source) {
	case COND_META:
		print_meta(b, c);
		return;
	case COND_PAYLOAD:
		print_payload(b, d, c, family);
		return;
	case COND_CT:
		if (c->key == NFT_CT_STATE)
			print_ct_state(b, c);
		else
			strbuf_puts(b, "[ct]");
		return;
	case COND_FIB:
		print_fib(b, c);
		return;
	case COND_LIMIT:
		print_limit(b, c->expr);
		return;
	case COND_MATCH:
		print_extension(b, c->expr);
		return;
	case COND_OTHER:
		print_other(b, c->expr);
		return;
	}
}

/* --- statements ------------------------------------------------------------ */

static void print_verdict(struct strbuf *b, const struct nftnl_expr *e)
{
	int code = (int)expr_u32(e, NFTNL_EXPR_IMM_VERDICT);
	const char *chain = nftnl_expr_is_set(e, NFTNL_EXPR_IMM_CHAIN) ?
				    nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN) : "?";

	switch (code) {
	case NF_ACCEPT:
		strbuf_puts(b, "accept");
		break;
	case NF_DROP:
		strbuf_puts(b, "drop");
		break;
	case NFT_RETURN:
		strbuf_puts(b, "return");
		break;
	case NFT_CONTINUE:
		strbuf_puts(b, "continue");
		break;
	case NFT_JUMP:
		strbuf_printf(b, "jump %s", chain);
		break;
	case NFT_GOTO:
		strbuf_printf(b, "goto %s", chain);
		break;
	default:
		strbuf_puts(b, "queue");
	}
}

static void print_nat(struct strbuf *b, const struct decoded *d, const struct nftnl_expr *e,
		      uint8_t family)
{
	const struct constant *ip = decoded_constant(d, expr_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN));
	const struct constant *port =
		decoded_constant(d, expr_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MIN));
	struct addr a = { 0 };

	strbuf_printf(b, "%s to ",
		      expr_u32(e, NFTNL_EXPR_NAT_TYPE) == NFT_NAT_DNAT ? "dnat" : "snat");
	if (ip && addr_from_bytes(family, ip->data, ip->size, &a) == 0)
		strbuf_puts(b, addr_text(&a).s);
	if (port)
		strbuf_printf(b, ":%u", net_number(port->data, 2));
}

static void print_log(struct strbuf *b, const struct nftnl_expr *e)
{
	strbuf_puts(b, "log");
	if (nftnl_expr_is_set(e, NFTNL_EXPR_LOG_PREFIX))
		strbuf_printf(b, " prefix \"%s\"", nftnl_expr_get_str(e, NFTNL_EXPR_LOG_PREFIX));
}

static void print_target(struct strbuf *b, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_TG_NAME);

	strbuf_printf(b, "xt target \"%s\"", name ? name : "?");
}

static void print_statement(struct strbuf *b, const struct decoded *d, const struct nftnl_expr *e,
			    uint8_t family)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

	if (!name)
		return;
	if (streq(name, "immediate"))
		print_verdict(b, e);
	else if (streq(name, "nat"))
		print_nat(b, d, e, family);
	else if (streq(name, "log"))
		print_log(b, e);
	else if (streq(name, "target"))
		print_target(b, e);
	else if (streq(name, "masq"))
		strbuf_puts(b, "masquerade");
	else if (streq(name, "redir"))
		strbuf_puts(b, "redirect");
	else if (streq(name, "reject") || streq(name, "counter") || streq(name, "notrack"))
		strbuf_puts(b, name);
	else
		print_name(b, e);
}

/* A condition that nft leaves away because another one implies it. */
static bool is_implied(const struct decoded *d, const struct cond *c)
{
	if (c->source != COND_META || c->test != TEST_EQ)
		return false;
	vec_each(other, &d->conds) {
		if (other <= c || other->source != COND_PAYLOAD)
			continue;
		if (c->key == NFT_META_NFPROTO && other->base == NFT_PAYLOAD_NETWORK_HEADER)
			return true;
		if (c->key == NFT_META_L4PROTO && other->base == NFT_PAYLOAD_TRANSPORT_HEADER)
			return true;
	}
	return false;
}

void nft_rule(struct strbuf *b, const struct nftnl_rule *nr, uint8_t family)
{
	struct decoded d;
	bool first = true;

	rule_decode(nr, &d);
	vec_each(c, &d.conds) {
		if (is_implied(&d, c))
			continue;
		strbuf_puts(b, first ? "" : " ");
		nft_cond(b, &d, c, family);
		first = false;
	}
	vec_each(e, &d.statements) {
		strbuf_puts(b, first ? "" : " ");
		print_statement(b, &d, *e, family);
		first = false;
	}
	decoded_done(&d);
}
