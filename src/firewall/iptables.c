/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iptables - a rule that iptables-nft wrote, as iptables -S prints it
 *
 * After iptables 1.8.9, iptables/nft-shared.c (nft_rule_to_iptables_command_state()
 * and save_rule_details()): first addresses, interfaces and protocol, then the
 * matches in the order of the rule, then the target. It writes addresses,
 * interfaces, protocols, TCP and UDP ports, flags and marks natively, limit and
 * log as statements, and everything else as x_tables extensions.
 */
#include <netinet/in.h>
#include <stdio.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_limit.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_tcpudp.h>

#include <libnftnl/expr.h>

#include "firewall/decode.h"
#include "firewall/xt-print.h"

static bool negated(const struct cond *c)
{
	return c->test == TEST_NEQ || c->test == TEST_NOT_RANGE || c->test == TEST_NOT_SET;
}

static bool is_meta(const struct cond *c, uint32_t key)
{
	return c->source == COND_META && c->key == key;
}

/* A shorter comparison is a prefix of whole bytes, a mask any other one. */
static void print_addr(struct strbuf *b, const struct cond *c, uint8_t family, bool dst)
{
	struct addr a = { .family = family }, m = { .family = family };
	int bits = (int)c->size * 8;

	memcpy(a.b, c->data, c->size);
	if (c->masked) {
		memcpy(m.b, c->mask, addr_len(family));
		bits = mask_prefix(m.b, addr_len(family));
	}
	strbuf_printf(b, "%s -%c %s/", negated(c) ? " !" : "", dst ? 'd' : 's', addr_text(&a).s);
	if (bits < 0)
		strbuf_puts(b, addr_text(&m).s);
	else
		strbuf_printf(b, "%d", bits);
}

/* A name without its final NUL is compared as a prefix. */
static void print_iface(struct strbuf *b, const struct cond *c, char option)
{
	size_t len = strnlen((const char *)c->data, c->size);

	strbuf_printf(b, "%s -%c %.*s%s", negated(c) ? " !" : "", option, (int)len,
		      (const char *)c->data, len == c->size ? "+" : "");
}

static void print_proto(struct strbuf *b, const struct cond *c)
{
	const char *name = ip_proto_name(c->data[0]);

	strbuf_printf(b, "%s -p ", negated(c) ? " !" : "");
	if (name)
		strbuf_puts(b, name);
	else
		strbuf_printf(b, "%u", c->data[0]);
}

static bool is_fragment(const struct cond *c, uint8_t family)
{
	return family == AF_INET && c->source == COND_PAYLOAD &&
	       c->base == NFT_PAYLOAD_NETWORK_HEADER && c->offset == 6 && c->masked;
}

static bool is_proto(const struct cond *c, uint8_t family)
{
	return is_meta(c, NFT_META_L4PROTO) ||
	       (c->source == COND_PAYLOAD && c->base == NFT_PAYLOAD_NETWORK_HEADER &&
		c->offset == (family == AF_INET6 ? 6u : 9u) && c->len == 1);
}

static bool is_tcp_flags(const struct cond *c)
{
	return c->source == COND_PAYLOAD && c->base == NFT_PAYLOAD_TRANSPORT_HEADER &&
	       c->offset == 13 && c->len == 1;
}

static bool is_tcpudp(const struct cond *c)
{
	return cond_is_port(c, false) || cond_is_port(c, true) || is_tcp_flags(c);
}

/* --- native conditions as the extensions that they were -------------------- */

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void port_range(const struct cond *c, uint16_t *ports)
{
	uint16_t a = be16(c->data);

	switch (c->test) {
	case TEST_LT:
		ports[1] = (uint16_t)(a - 1);
		break;
	case TEST_LTE:
		ports[1] = a;
		break;
	case TEST_GT:
		ports[0] = (uint16_t)(a + 1);
		break;
	case TEST_GTE:
		ports[0] = a;
		break;
	case TEST_RANGE:
	case TEST_NOT_RANGE:
		ports[0] = a;
		ports[1] = be16(c->to);
		break;
	case TEST_EQ:
	case TEST_NEQ:
	case TEST_SET:
	case TEST_NOT_SET:
		ports[0] = ports[1] = a;
		break;
	}
}

/* struct xt_udp's fields are those of struct xt_tcp with the same meaning. */
static void add_tcp(struct xt_tcp *t, const struct cond *c)
{
	if (cond_is_port(c, false)) {
		port_range(c, t->spts);
		t->invflags |= negated(c) ? XT_TCP_INV_SRCPT : 0;
	} else if (cond_is_port(c, true)) {
		port_range(c, t->dpts);
		t->invflags |= negated(c) ? XT_TCP_INV_DSTPT : 0;
	} else {
		t->flg_mask = c->masked ? c->mask[0] : 0xff;
		t->flg_cmp = c->data[0];
		t->invflags |= negated(c) ? XT_TCP_INV_FLAGS : 0;
	}
}

static void print_tcpudp(struct strbuf *b, const struct xt_tcp *t, uint8_t proto,
			 const struct xt_context *x)
{
	struct xt_udp udp = {
		.spts = { t->spts[0], t->spts[1] },
		.dpts = { t->dpts[0], t->dpts[1] },
		.invflags = t->invflags & (XT_UDP_INV_SRCPT | XT_UDP_INV_DSTPT),
	};

	if (proto == IPPROTO_UDP)
		xt_match_print(b, "udp", x, &udp, sizeof(udp));
	else
		xt_match_print(b, "tcp", x, t, sizeof(*t));
}

static void print_mark(struct strbuf *b, const struct cond *c, const struct xt_context *x)
{
	const struct xt_context revision = { .ns = x->ns, .family = x->family, .rev = 1 };
	struct xt_mark_mtinfo1 m = { .mask = ~0u, .invert = negated(c) };

	memcpy(&m.mark, c->data, sizeof(m.mark));
	if (c->masked)
		memcpy(&m.mask, c->mask, sizeof(m.mask));
	xt_match_print(b, "mark", &revision, &m, sizeof(m));
}

static void print_limit(struct strbuf *b, const struct nftnl_expr *e)
{
	uint64_t rate = nftnl_expr_get_u64(e, NFTNL_EXPR_LIMIT_RATE);
	uint64_t unit = nftnl_expr_get_u64(e, NFTNL_EXPR_LIMIT_UNIT);

	strbuf_puts(b, " -m limit");
	if (rate)
		xt_print_limit(b, XT_LIMIT_SCALE * unit / rate,
			       expr_u32(e, NFTNL_EXPR_LIMIT_BURST));
}

static void print_match(struct strbuf *b, const struct nftnl_expr *e, const struct xt_context *x)
{
	const struct xt_context revision = { .ns = x->ns, .family = x->family,
					     .rev = expr_u32(e, NFTNL_EXPR_MT_REV) };
	uint32_t len = 0;
	const void *info = nftnl_expr_get(e, NFTNL_EXPR_MT_INFO, &len);

	xt_match_print(b, nftnl_expr_get_str(e, NFTNL_EXPR_MT_NAME), &revision, info, len);
}

static void print_unsupported(struct strbuf *b, const struct nftnl_expr *e)
{
	const char *name = e ? nftnl_expr_get_str(e, NFTNL_EXPR_NAME) : NULL;

	strbuf_printf(b, " [unsupported %s]", name ? name : "condition");
}

/* --- a rule ---------------------------------------------------------------- */

static void print_head(struct strbuf *b, const struct decoded *d, uint8_t family)
{
	vec_each(c, &d->conds)
		if (cond_is_addr(c, family, false))
			print_addr(b, c, family, false);
	vec_each(c, &d->conds)
		if (cond_is_addr(c, family, true))
			print_addr(b, c, family, true);
	vec_each(c, &d->conds)
		if (is_meta(c, NFT_META_IIFNAME))
			print_iface(b, c, 'i');
	vec_each(c, &d->conds)
		if (is_meta(c, NFT_META_OIFNAME))
			print_iface(b, c, 'o');
	vec_each(c, &d->conds)
		if (is_proto(c, family))
			print_proto(b, c);
	vec_each(c, &d->conds)
		if (is_fragment(c, family))
			strbuf_puts(b, c->test == TEST_EQ ? " ! -f" : " -f");
}

static bool in_head(const struct cond *c, uint8_t family)
{
	return cond_is_addr(c, family, false) || cond_is_addr(c, family, true) ||
	       is_meta(c, NFT_META_IIFNAME) || is_meta(c, NFT_META_OIFNAME) ||
	       is_proto(c, family) || is_fragment(c, family);
}

static void print_one(struct strbuf *b, const struct cond *c, const struct xt_context *x)
{
	if (c->source == COND_MATCH)
		print_match(b, c->expr, x);
	else if (c->source == COND_LIMIT)
		print_limit(b, c->expr);
	else if (is_meta(c, NFT_META_MARK))
		print_mark(b, c, x);
	else
		print_unsupported(b, c->expr);
}

/* All ports and flags together are one match, at the place of the first of them. */
static void print_matches(struct strbuf *b, const struct decoded *d, const struct xt_context *x)
{
	struct xt_tcp tcp = { .spts = { 0, 0xffff }, .dpts = { 0, 0xffff } };
	uint8_t proto = IPPROTO_TCP;
	bool printed = false;

	vec_each(c, &d->conds) {
		if (is_proto(c, x->family))
			proto = c->data[0];
		if (is_tcpudp(c))
			add_tcp(&tcp, c);
	}
	vec_each(c, &d->conds) {
		if (in_head(c, x->family) || (is_tcpudp(c) && printed))
			continue;
		if (!is_tcpudp(c)) {
			print_one(b, c, x);
			continue;
		}
		print_tcpudp(b, &tcp, proto, x);
		printed = true;
	}
}

static void print_verdict(struct strbuf *b, const struct nftnl_expr *e)
{
	int code = (int)expr_u32(e, NFTNL_EXPR_IMM_VERDICT);
	const char *chain = nftnl_expr_is_set(e, NFTNL_EXPR_IMM_CHAIN) ?
				    nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN) : NULL;

	if (code == NF_ACCEPT)
		strbuf_puts(b, " -j ACCEPT");
	else if (code == NF_DROP)
		strbuf_puts(b, " -j DROP");
	else if (code == NFT_RETURN)
		strbuf_puts(b, " -j RETURN");
	else if (chain)
		strbuf_printf(b, " -%c %s", code == NFT_GOTO ? 'g' : 'j', chain);
}

static void print_target(struct strbuf *b, const struct nftnl_expr *e, const struct xt_context *x)
{
	const struct xt_context revision = { .ns = x->ns, .family = x->family,
					     .rev = expr_u32(e, NFTNL_EXPR_TG_REV) };
	uint32_t len = 0;
	const void *info = nftnl_expr_get(e, NFTNL_EXPR_TG_INFO, &len);

	xt_target_print(b, nftnl_expr_get_str(e, NFTNL_EXPR_TG_NAME), &revision, info, len);
}

/* NFLOG is written as a native log statement. */
static void print_nflog(struct strbuf *b, const struct nftnl_expr *e)
{
	const char *prefix = nftnl_expr_is_set(e, NFTNL_EXPR_LOG_PREFIX) ?
				     nftnl_expr_get_str(e, NFTNL_EXPR_LOG_PREFIX) : "";
	uint32_t group = expr_u32(e, NFTNL_EXPR_LOG_GROUP);

	strbuf_puts(b, " -j NFLOG");
	if (prefix && prefix[0]) {
		strbuf_puts(b, " --nflog-prefix");
		xt_print_string(b, prefix, strlen(prefix));
	}
	if (group)
		strbuf_printf(b, " --nflog-group %u", group);
	if (expr_u32(e, NFTNL_EXPR_LOG_SNAPLEN))
		strbuf_printf(b, " --nflog-size %u", expr_u32(e, NFTNL_EXPR_LOG_SNAPLEN));
	if (expr_u32(e, NFTNL_EXPR_LOG_QTHRESHOLD))
		strbuf_printf(b, " --nflog-threshold %u", expr_u32(e, NFTNL_EXPR_LOG_QTHRESHOLD));
}

static void print_statement(struct strbuf *b, const struct nftnl_expr *e,
			    const struct xt_context *x)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

	if (!name || streq(name, "counter"))
		return;
	if (streq(name, "immediate"))
		print_verdict(b, e);
	else if (streq(name, "target"))
		print_target(b, e, x);
	else if (streq(name, "log"))
		print_nflog(b, e);
	else if (streq(name, "meta") && expr_u32(e, NFTNL_EXPR_META_KEY) == NFT_META_NFTRACE)
		strbuf_puts(b, " -j TRACE");
	else
		print_unsupported(b, e);
}

void iptables_cond(struct strbuf *b, const struct cond *c, uint8_t family, const struct ns *ns)
{
	const struct xt_context x = { .ns = ns, .family = family };
	struct decoded one = { .conds = { .v = (struct cond *)(uintptr_t)c, .n = 1, .cap = 1 } };

	print_head(b, &one, family);
	print_matches(b, &one, &x);
}

void iptables_rule(struct strbuf *b, const struct nftnl_rule *nr, uint8_t family,
		   const struct ns *ns)
{
	const struct xt_context x = { .ns = ns, .family = family };
	struct decoded d;

	rule_decode(nr, &d);
	print_head(b, &d, family);
	print_matches(b, &d, &x);
	vec_each(e, &d.statements)
		print_statement(b, *e, &x);
	decoded_done(&d);
}
