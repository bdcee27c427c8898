/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode - a rule's bytecode as conditions and statements */
#include <netinet/in.h>
#include <stdio.h>

#include <linux/netfilter/nf_tables.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "firewall/decode.h"

uint32_t expr_u32(const struct nftnl_expr *e, uint16_t attr)
{
	uint32_t len = 0, u32 = 0;
	uint16_t u16 = 0;
	const void *data = nftnl_expr_is_set(e, attr) ? nftnl_expr_get(e, attr, &len) : NULL;

	if (!data)
		return 0;
	if (len == sizeof(uint8_t))
		return *(const uint8_t *)data;
	if (len == sizeof(u16)) {
		memcpy(&u16, data, sizeof(u16));
		return u16;
	}
	if (len == sizeof(u32))
		memcpy(&u32, data, sizeof(u32));
	return u32;
}

/* Word of a register number, as in reg.c; DECODED_REGS where there is none. */
static size_t reg_word(uint32_t reg)
{
	if (reg >= NFT_REG_1 && reg <= NFT_REG_4)
		return reg * 4;
	if (reg >= NFT_REG32_00 && reg <= NFT_REG32_15)
		return reg - NFT_REG32_00 + 4;
	return DECODED_REGS;
}

const struct constant *decoded_constant(const struct decoded *d, uint32_t reg)
{
	size_t word = reg_word(reg);

	return word < DECODED_REGS && d->constants[word].set ? &d->constants[word] : NULL;
}

struct decoder {
	struct decoded *d;
	struct cond loaded[DECODED_REGS]; /* what each register holds */
	struct cond nowhere;              /* behind an impossible register */
	size_t index;
};

static struct cond *load(struct decoder *dec, uint32_t reg, enum cond_source source,
			 const struct nftnl_expr *e)
{
	size_t word = reg_word(reg);
	struct cond *c = word < DECODED_REGS ? &dec->loaded[word] : &dec->nowhere;

	*c = (struct cond){ .source = source, .expr = e, .first = dec->index, .last = dec->index };
	if (word < DECODED_REGS)
		dec->d->constants[word].set = false;
	return c;
}

static void copy_data(uint8_t *to, const struct nftnl_expr *e, uint16_t attr, size_t *ret_size)
{
	uint32_t len = 0;
	const void *data = nftnl_expr_is_set(e, attr) ? nftnl_expr_get(e, attr, &len) : NULL;

	if (!data || len > COND_DATA)
		len = 0;
	if (len)
		memcpy(to, data, len);
	*ret_size = len;
}

static struct cond *add_cond(struct decoder *dec, const struct cond *from)
{
	struct cond *c = vec_add(&dec->d->conds);

	*c = *from;
	c->last = dec->index;
	return c;
}

/* A test of what a register holds. */
static struct cond *add_test(struct decoder *dec, uint32_t reg, const struct nftnl_expr *e)
{
	struct cond other = { .source = COND_OTHER, .expr = e, .first = dec->index };
	size_t word = reg_word(reg);

	return add_cond(dec, word < DECODED_REGS && dec->loaded[word].expr ? &dec->loaded[word] :
									     &other);
}

static void decode_meta(struct decoder *dec, const struct nftnl_expr *e)
{
	if (nftnl_expr_is_set(e, NFTNL_EXPR_META_SREG))
		vec_push(&dec->d->statements, e);
	else
		load(dec, expr_u32(e, NFTNL_EXPR_META_DREG), COND_META, e)->key =
			expr_u32(e, NFTNL_EXPR_META_KEY);
}

static void decode_ct(struct decoder *dec, const struct nftnl_expr *e)
{
	if (nftnl_expr_is_set(e, NFTNL_EXPR_CT_SREG))
		vec_push(&dec->d->statements, e);
	else
		load(dec, expr_u32(e, NFTNL_EXPR_CT_DREG), COND_CT, e)->key =
			expr_u32(e, NFTNL_EXPR_CT_KEY);
}

static void decode_payload(struct decoder *dec, const struct nftnl_expr *e)
{
	struct cond *c;

	if (expr_u32(e, NFTNL_EXPR_PAYLOAD_SREG)) {
		vec_push(&dec->d->statements, e);
		return;
	}
	c = load(dec, expr_u32(e, NFTNL_EXPR_PAYLOAD_DREG), COND_PAYLOAD, e);
	c->base = expr_u32(e, NFTNL_EXPR_PAYLOAD_BASE);
	c->offset = expr_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET);
	c->len = expr_u32(e, NFTNL_EXPR_PAYLOAD_LEN);
}

static void decode_fib(struct decoder *dec, const struct nftnl_expr *e)
{
	struct cond *c = load(dec, expr_u32(e, NFTNL_EXPR_FIB_DREG), COND_FIB, e);

	c->key = expr_u32(e, NFTNL_EXPR_FIB_RESULT);
	c->flags = expr_u32(e, NFTNL_EXPR_FIB_FLAGS);
}

static void decode_bitwise(struct decoder *dec, const struct nftnl_expr *e)
{
	size_t from = reg_word(expr_u32(e, NFTNL_EXPR_BITWISE_SREG)), size, first = dec->index;
	struct cond held = { .source = COND_OTHER, .expr = e }, *c;
	bool plain = expr_u32(e, NFTNL_EXPR_BITWISE_OP) == NFT_BITWISE_BOOL;

	if (from < DECODED_REGS && dec->loaded[from].expr) {
		held = dec->loaded[from];
		first = held.first;
	}
	c = load(dec, expr_u32(e, NFTNL_EXPR_BITWISE_DREG), held.source, e);
	*c = held;
	c->first = first;
	copy_data(c->mask, e, NFTNL_EXPR_BITWISE_MASK, &size);
	if (!plain || held.masked || !size)
		c->source = COND_OTHER;
	c->masked = true;
}

static void decode_byteorder(struct decoder *dec, const struct nftnl_expr *e)
{
	size_t from = reg_word(expr_u32(e, NFTNL_EXPR_BYTEORDER_SREG));
	struct cond held = { .source = COND_OTHER, .expr = e, .first = dec->index };

	if (from < DECODED_REGS && dec->loaded[from].expr)
		held = dec->loaded[from];
	*load(dec, expr_u32(e, NFTNL_EXPR_BYTEORDER_DREG), held.source, e) = held;
}

static void decode_cmp(struct decoder *dec, const struct nftnl_expr *e)
{
	struct cond *c = add_test(dec, expr_u32(e, NFTNL_EXPR_CMP_SREG), e);

	c->test = (enum cond_test)expr_u32(e, NFTNL_EXPR_CMP_OP);
	copy_data(c->data, e, NFTNL_EXPR_CMP_DATA, &c->size);
}

static void decode_range(struct decoder *dec, const struct nftnl_expr *e)
{
	struct cond *c = add_test(dec, expr_u32(e, NFTNL_EXPR_RANGE_SREG), e);
	size_t size;

	c->test = expr_u32(e, NFTNL_EXPR_RANGE_OP) == NFT_RANGE_NEQ ? TEST_NOT_RANGE : TEST_RANGE;
	copy_data(c->data, e, NFTNL_EXPR_RANGE_FROM_DATA, &c->size);
	copy_data(c->to, e, NFTNL_EXPR_RANGE_TO_DATA, &size);
	if (size != c->size)
		c->source = COND_OTHER;
}

/* In the registers from this one on; those behind the key may be left over from before. */
static int find_dport(const struct decoder *dec, uint32_t reg)
{
	size_t first = reg_word(reg);

	for (size_t word = first; word < DECODED_REGS; word++)
		if (dec->loaded[word].expr && !dec->loaded[word].masked &&
		    cond_is_port(&dec->loaded[word], true))
			return (int)(word - first) * 4;
	return -1;
}

static void decode_lookup(struct decoder *dec, const struct nftnl_expr *e)
{
	struct cond *c = add_test(dec, expr_u32(e, NFTNL_EXPR_LOOKUP_SREG), e);

	c->test = expr_u32(e, NFTNL_EXPR_LOOKUP_FLAGS) & NFT_LOOKUP_F_INV ? TEST_NOT_SET : TEST_SET;
	c->set = nftnl_expr_get_str(e, NFTNL_EXPR_LOOKUP_SET);
	c->map = nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_DREG);
	c->dport_at = find_dport(dec, expr_u32(e, NFTNL_EXPR_LOOKUP_SREG));
}

static void decode_immediate(struct decoder *dec, const struct nftnl_expr *e)
{
	size_t word = reg_word(expr_u32(e, NFTNL_EXPR_IMM_DREG));
	uint32_t len = 0;
	const void *data;

	if (nftnl_expr_is_set(e, NFTNL_EXPR_IMM_VERDICT)) {
		vec_push(&dec->d->statements, e);
		return;
	}
	load(dec, expr_u32(e, NFTNL_EXPR_IMM_DREG), COND_OTHER, e);
	data = nftnl_expr_get(e, NFTNL_EXPR_IMM_DATA, &len);
	if (word >= DECODED_REGS || !data || len > sizeof(dec->d->constants[0].data))
		return;
	dec->d->constants[word].set = true;
	dec->d->constants[word].size = len;
	memcpy(dec->d->constants[word].data, data, len);
}

static void decode_match(struct decoder *dec, const struct nftnl_expr *e)
{
	add_cond(dec, &(struct cond){ .source = COND_MATCH, .expr = e, .first = dec->index });
}

static void decode_limit(struct decoder *dec, const struct nftnl_expr *e)
{
	add_cond(dec, &(struct cond){ .source = COND_LIMIT, .expr = e, .first = dec->index });
}

static void decode_other(struct decoder *dec, const struct nftnl_expr *e)
{
	add_cond(dec, &(struct cond){ .source = COND_OTHER, .expr = e, .first = dec->index });
}

static void decode_statement(struct decoder *dec, const struct nftnl_expr *e)
{
	vec_push(&dec->d->statements, e);
}

static const struct {
	const char *name;
	void (*decode)(struct decoder *dec, const struct nftnl_expr *e);
} decoders[] = {
	{ "meta", decode_meta },
	{ "payload", decode_payload },
	{ "ct", decode_ct },
	{ "fib", decode_fib },
	{ "bitwise", decode_bitwise },
	{ "byteorder", decode_byteorder },
	{ "cmp", decode_cmp },
	{ "range", decode_range },
	{ "lookup", decode_lookup },
	{ "immediate", decode_immediate },
	{ "match", decode_match },
	{ "limit", decode_limit },
	{ "quota", decode_other },
	{ "connlimit", decode_other },
	{ "socket", decode_other },
};

void rule_decode(const struct nftnl_rule *nr, struct decoded *ret)
{
	struct nftnl_expr_iter *it = nftnl_expr_iter_create(nr);
	struct decoder dec = { .d = ret };
	struct nftnl_expr *e;

	memset(ret, 0, sizeof(*ret));
	if (!it)
		return;
	while ((e = nftnl_expr_iter_next(it))) {
		const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
		size_t i = 0;

		while (i < ARRAY_SIZE(decoders) && !streq(decoders[i].name, name ? name : ""))
			i++;
		if (i < ARRAY_SIZE(decoders))
			decoders[i].decode(&dec, e);
		else
			decode_statement(&dec, e);
		dec.index++;
	}
	nftnl_expr_iter_destroy(it);
}

void decoded_done(struct decoded *d)
{
	vec_free(&d->conds);
	vec_free(&d->statements);
}

bool cond_is_addr(const struct cond *c, uint8_t family, bool dst)
{
	uint32_t at = family == AF_INET6 ? (dst ? 24 : 8) : (dst ? 16 : 12);

	return c->source == COND_PAYLOAD && c->base == NFT_PAYLOAD_NETWORK_HEADER &&
	       c->offset == at && c->len <= addr_len(family) &&
	       (c->test == TEST_SET || c->test == TEST_NOT_SET || c->size <= addr_len(family));
}

bool cond_is_port(const struct cond *c, bool dst)
{
	return c->source == COND_PAYLOAD && c->base == NFT_PAYLOAD_TRANSPORT_HEADER &&
	       c->offset == (dst ? 2u : 0u) && c->len == 2;
}

int mask_prefix(const uint8_t *mask, size_t len)
{
	size_t n = 0;

	while (n < len * 8 && mask[n / 8] >> (7 - n % 8) & 1)
		n++;
	for (size_t i = n; i < len * 8; i++)
		if (mask[i / 8] >> (7 - i % 8) & 1)
			return -1;
	return (int)n;
}

const char *ip_proto_name(uint8_t proto)
{
	static const struct {
		uint8_t number;
		const char *name;
	} names[] = {
		{ 1, "icmp" }, { 2, "igmp" }, { 3, "ggp" }, { 4, "ipencap" }, { 5, "st" },
		{ 6, "tcp" }, { 8, "egp" }, { 9, "igp" }, { 12, "pup" }, { 17, "udp" },
		{ 20, "hmp" }, { 22, "xns-idp" }, { 27, "rdp" }, { 29, "iso-tp4" }, { 33, "dccp" },
		{ 36, "xtp" }, { 37, "ddp" }, { 38, "idpr-cmtp" }, { 41, "ipv6" },
		{ 43, "ipv6-route" }, { 44, "ipv6-frag" }, { 45, "idrp" }, { 46, "rsvp" },
		{ 47, "gre" }, { 50, "esp" }, { 51, "ah" }, { 57, "skip" }, { 58, "ipv6-icmp" },
		{ 59, "ipv6-nonxt" }, { 60, "ipv6-opts" }, { 73, "rspf" }, { 81, "vmtp" },
		{ 88, "eigrp" }, { 89, "ospf" }, { 93, "ax.25" }, { 94, "ipip" },
		{ 97, "etherip" }, { 98, "encap" }, { 103, "pim" }, { 108, "ipcomp" },
		{ 112, "vrrp" }, { 115, "l2tp" }, { 124, "isis" }, { 132, "sctp" }, { 133, "fc" },
		{ 135, "mobility-header" }, { 136, "udplite" }, { 137, "mpls-in-ip" },
		{ 138, "manet" }, { 139, "hip" }, { 140, "shim6" }, { 141, "wesp" },
		{ 142, "rohc" }, { 143, "ethernet" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].number == proto)
			return names[i].name;
	return NULL;
}
