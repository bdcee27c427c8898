/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ref - names: of families, of the programs that own rules, of one rule in its chain */
#ifndef FIREWALL_REF_H
#define FIREWALL_REF_H

#include "firewall.h"

struct nftnl_rule;

/* "ip", "inet", … of an NFPROTO_*. */
const char *fw_family_name(uint8_t family);

/*
 * The program that put the rule (nr may be NULL) or chain there, by names and comments;
 * NULL: not known.
 */
const char *fw_owner(const struct nft_chain *chain, const struct nftnl_rule *nr);

/* The rule's comment, copied to buffer (of more than 255 bytes), which it returns; "": none. */
const char *rule_comment(const struct nftnl_rule *nr, char *buffer, size_t size);

/* Does the chain's owner keep it for the administrator's own rules? */
bool fw_is_place(const char *chain);

/* The rule with this handle, or NULL. */
const struct nft_rule *chain_rule(const struct nft_chain *chain, uint64_t handle);

#endif
