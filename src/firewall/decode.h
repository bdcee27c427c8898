/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode - a rule's bytecode as conditions and statements, and these as words
 *
 * The reverse of what iptables-nft and nft did: "load this, mask it, compare
 * it" becomes one condition. For showing only; verdicts come from the bytecode itself.
 */
#ifndef FIREWALL_DECODE_H
#define FIREWALL_DECODE_H

#include "firewall.h"
#include "strbuf.h"

struct nftnl_expr;
struct nftnl_rule;

enum cond_source {
	COND_META,
	COND_PAYLOAD,
	COND_CT,
	COND_FIB,
	COND_MATCH,      /* an x_tables extension: expr */
	COND_LIMIT,      /* expr */
	COND_OTHER,      /* expr, or a test of something else */
};

enum cond_test {
	TEST_EQ,         /* as NFT_CMP_* */
	TEST_NEQ,
	TEST_LT,
	TEST_LTE,
	TEST_GT,
	TEST_GTE,
	TEST_RANGE,
	TEST_NOT_RANGE,
	TEST_SET,
	TEST_NOT_SET,
};

#define COND_DATA 64

struct cond {
	enum cond_source source;
	uint32_t key;                   /* NFT_META_*, NFT_CT_*, NFT_FIB_RESULT_* */
	uint32_t flags;                 /* NFTA_FIB_F_* */
	uint32_t base, offset, len;     /* NFT_PAYLOAD_*, bytes */
	bool masked;
	uint8_t mask[COND_DATA];
	enum cond_test test;
	uint8_t data[COND_DATA], to[COND_DATA];
	size_t size;
	const char *set;                /* TEST_SET, TEST_NOT_SET */
	int dport_at;                   /* where in its key the destination port may stand, in bytes; -1 */
	bool map;                       /* the set is a map: what follows is its answer */
	const struct nftnl_expr *expr;
	size_t first, last;             /* the expressions it is made of */
};

/* A constant in a register, for statements that take their values from there. */
struct constant {
	bool set;
	uint8_t data[16];
	size_t size;
};

#define DECODED_REGS 20

struct decoded {
	VEC(struct cond) conds;
	VEC(const struct nftnl_expr *) statements;
	struct constant constants[DECODED_REGS]; /* by register, in words */
};

/* Pointers in ret are of nr. Free with decoded_done. */
void rule_decode(const struct nftnl_rule *nr, struct decoded *ret);
void decoded_done(struct decoded *d);

/* The constant in a register (NFT_REG_1 …), or NULL. */
const struct constant *decoded_constant(const struct decoded *d, uint32_t reg);

/* A number attribute of any size; 0 where it is not set. */
uint32_t expr_u32(const struct nftnl_expr *e, uint16_t attr);

/* The address and port fields that every rule has, by header and offset. */
bool cond_is_addr(const struct cond *c, uint8_t family, bool dst);
bool cond_is_port(const struct cond *c, bool dst);

/*
 * As iptables -S prints it: " -s 10.0.0.0/8", " -m tcp --dport 80"; the whole rule without
 * "-A CHAIN". ns: where the rule stands, as names of sets are the namespace's.
 */
void iptables_cond(struct strbuf *b, const struct cond *c, uint8_t family, const struct ns *ns);
void iptables_rule(struct strbuf *b, const struct nftnl_rule *nr, uint8_t family,
		   const struct ns *ns);

/* As nft lists it, as far as it is simple: "ip saddr 10.0.0.0/8". */
void nft_cond(struct strbuf *b, const struct decoded *d, const struct cond *c, uint8_t family);
void nft_rule(struct strbuf *b, const struct nftnl_rule *nr, uint8_t family);

/* The name of an IP protocol as /etc/protocols has it, or NULL. */
const char *ip_proto_name(uint8_t proto);

/* A prefix length, or -1 where the mask has holes. */
int mask_prefix(const uint8_t *mask, size_t len);

#endif
