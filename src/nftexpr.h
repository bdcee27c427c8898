/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nftexpr - the expressions of which rules are put together, one by one
 *
 * Data goes through NFT_REG_1, as nft and iptables-nft write it for whatever
 * one register holds. Bytes are in network order.
 */
#ifndef NFTEXPR_H
#define NFTEXPR_H

#include <stdint.h>

struct nftnl_expr;
struct nftnl_rule;

/* Appends an expression, which the rule owns. */
struct nftnl_expr *nftexpr_add(struct nftnl_rule *r, const char *name);
/* meta load: NFT_META_* */
void nftexpr_meta(struct nftnl_rule *r, uint32_t key);
/* payload load of n bytes: NFT_PAYLOAD_*_HEADER */
void nftexpr_payload(struct nftnl_rule *r, uint32_t base, uint32_t offset, uint32_t n);
/* bitwise: what was loaded, and n bytes (at most 16) of a mask */
void nftexpr_mask(struct nftnl_rule *r, const void *mask, uint32_t n);
/* cmp: NFT_CMP_* */
void nftexpr_cmp(struct nftnl_rule *r, uint32_t op, const void *data, uint32_t n);
/* limit: so many packets a second go on, and as many at once */
void nftexpr_limit(struct nftnl_rule *r, uint32_t rate);
/* immediate: data for what comes next */
void nftexpr_data(struct nftnl_rule *r, const void *data, uint32_t n);

#endif
