/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build - the firewall's ops (OP_NFT_*, OP_LEGACY_*) as a rule, a command, and in the model
 *
 * One builder serves the model and the kernel, so that what was tried is what
 * is applied. Pure.
 */
#ifndef FIREWALL_BUILD_H
#define FIREWALL_BUILD_H

#include "op.h"

struct nftnl_rule;

/* The table that an op of NAT without a table makes … */
#define FW_OWN_TABLE "nsdoctor"
/* … and its base chain. */
struct fw_own_chain {
	const char *name, *prio; /* in words */
	uint32_t hook;
	int32_t number;          /* the priority's */
};
const struct fw_own_chain *fw_own_chain(const struct op *op);

/*
 * The op's rule: family, table, chain and expressions; with op->before also
 * NFTNL_RULE_POSITION (to be sent without NLM_F_APPEND, then it is inserted
 * before that rule; without a position NLM_F_APPEND puts it at the end).
 * Free it with nftnl_rule_free; NULL where the op is not one of the firewall's.
 */
struct nftnl_rule *fw_build_rule(const struct snapshot *s, const struct op *op);

/* What the op's rule matches, of either kind. */
struct op_match fw_op_match(const struct op *op);

/*
 * The command line that does the same, and the one that takes it back. Where a
 * table of our own is made that is several commands, one a line. Free them.
 * handle: of the rule once the kernel gave it one (native tables delete by
 * handle), 0: not known.
 */
char *fw_op_command(const struct snapshot *s, const struct op *op);
char *fw_op_undo_command(const struct snapshot *s, const struct op *op, uint64_t handle);

/*
 * Appends the commands by which the program that owns the op's chain does the
 * same for good. False, and nothing: it is nobody's, or has no words for it.
 */
bool fw_op_owners_way(const struct snapshot *s, const struct op *op, op_strings *ret);

/* Does the op translate sources, or destinations; is it one of legacy iptables? */
bool fw_op_masquerades(const struct op *op);
bool fw_op_redirects(const struct op *op);
bool fw_op_is_legacy(const struct op *op);

/* Is there such a table of nf_tables? */
bool fw_has_table(const struct ns *ns, uint8_t family, const char *table);

/* The chain that the op puts its rule into, or NULL (there is none yet, or no longer). */
const struct nft_chain *fw_op_chain(const struct snapshot *s, const struct op *op);

/*
 * An OP_LEGACY_* as the entry that legacy iptables itself would make (struct
 * ipt_entry or ip6t_entry, free it) and what its target is called.
 */
void *legacy_build(const struct snapshot *s, const struct op *op, const char **ret_label);
int legacy_op_model(struct snapshot *copy, const struct op *op);

/*
 * Inserts the rule (with table and chain where they are made) into the model,
 * a copy of its own, where the kernel would. -ENOENT: the chain or the rule to
 * stand before is not there.
 */
int fw_op_model(struct snapshot *copy, const struct op *op);

#endif
