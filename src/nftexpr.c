/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nftexpr.h"

#include <stdio.h> /* libnftnl's headers want FILE */
#include <stdlib.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>

struct nftnl_expr *nftexpr_add(struct nftnl_rule *r, const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	if (!e)
		abort(); /* out of memory, or a libnftnl without the basic expressions */
	nftnl_rule_add_expr(r, e);
	return e;
}

void nftexpr_meta(struct nftnl_rule *r, uint32_t key)
{
	struct nftnl_expr *e = nftexpr_add(r, "meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
}

void nftexpr_payload(struct nftnl_rule *r, uint32_t base, uint32_t offset, uint32_t n)
{
	struct nftnl_expr *e = nftexpr_add(r, "payload");

	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, n);
}

void nftexpr_mask(struct nftnl_rule *r, const void *mask, uint32_t n)
{
	static const uint8_t zero[16];
	struct nftnl_expr *e = nftexpr_add(r, "bitwise");

	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, n);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, mask, n);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, zero, n);
}

void nftexpr_cmp(struct nftnl_rule *r, uint32_t op, const void *data, uint32_t n)
{
	struct nftnl_expr *e = nftexpr_add(r, "cmp");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, n);
}

void nftexpr_limit(struct nftnl_rule *r, uint32_t rate)
{
	struct nftnl_expr *e = nftexpr_add(r, "limit");

	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_RATE, rate);
	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_UNIT, 1); /* seconds */
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_BURST, rate);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
}

void nftexpr_data(struct nftnl_rule *r, const void *data, uint32_t n)
{
	struct nftnl_expr *e = nftexpr_add(r, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, data, n);
}
