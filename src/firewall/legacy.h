/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * legacy - tables of legacy iptables and ip6tables as chains of the model
 *
 * A table is one block of memory (linux/netfilter_ipv4/ip_tables.h): entries
 * one after the other, chains only as places in it, jumps as offsets. Each
 * entry becomes a rule in the bytecode that iptables-nft would have written
 * for it, so that everything which evaluates, explains and prints rules serves
 * both. Pure; the block is a stranger's and every length in it is checked.
 */
#ifndef FIREWALL_LEGACY_H
#define FIREWALL_LEGACY_H

#include "model.h"

struct nftnl_rule;

/*
 * A table as the kernel tells it (IPT_SO_GET_INFO, IP6T_SO_GET_INFO): the
 * fields of struct ipt_getinfo, which struct ip6t_getinfo repeats.
 */
struct legacy_info {
	uint8_t family;          /* NFPROTO_IPV4, NFPROTO_IPV6 */
	char name[32];
	uint32_t valid_hooks;    /* bits NF_INET_* */
	uint32_t hook_entry[5], underflow[5]; /* offsets of each hook's first rule and of its policy */
	uint32_t num_entries, size;
};

/*
 * Appends the table's chains to ns->legacy, where entries are info->size
 * bytes, 8-aligned. With translate false rules get their number, fingerprint
 * and counter, but no bytecode. Returns 0, -ENOTSUP for a table that this
 * program knows no hooks of, or -EBADMSG where the block is not laid out as
 * iptables itself demands; then nothing is appended.
 */
int legacy_parse(struct snapshot *s, struct ns *ns, const struct legacy_info *info,
		 const void *entries, bool translate);

/*
 * One entry (struct ipt_entry, struct ip6t_entry) as bytecode; free it with
 * nftnl_rule_free. label: what its target is called, "" for none, "DROP",
 * "MASQUERADE", or the chain it leads to. The entry must have been checked, or
 * be one of our own. NULL: holds what cannot be translated.
 */
struct nftnl_rule *legacy_translate(uint8_t family, const void *entry, const char *label);

/*
 * A fingerprint of what such an entry says, where it leads to included, but
 * not of what it has counted. Never 0.
 */
uint64_t legacy_print(uint8_t family, const void *entry, const char *label);

#endif
