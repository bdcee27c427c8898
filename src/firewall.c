/* SPDX-License-Identifier: GPL-2.0-or-later */
/* firewall - what there is of it in a namespace; the evaluation itself begins in firewall/hook.c */
#include <netinet/in.h>

#include <linux/netfilter.h>

#include "firewall.h"

const char *hook_name(enum hook h)
{
	static const char *const names[HOOK_COUNT] = {
		[HOOK_INGRESS] = "ingress",
		[HOOK_PREROUTING] = "prerouting",
		[HOOK_INPUT] = "input",
		[HOOK_FORWARD] = "forward",
		[HOOK_OUTPUT] = "output",
		[HOOK_POSTROUTING] = "postrouting",
		[HOOK_EGRESS] = "egress",
	};

	return (unsigned int)h < HOOK_COUNT ? names[h] : "?";
}

const struct nft_chain *chain_in(const nft_chain_list *chains, uint8_t family, const char *table, const char *name)
{
	vec_each(c, chains)
		if (c->family == family && streq(c->name, name) && streq(c->table, table))
			return c;
	return NULL;
}

const struct nft_chain *ns_chain(const struct ns *ns, uint8_t family, const char *table,
				 const char *name)
{
	return chain_in(&ns->chains, family, table, name);
}

const struct nft_table *ns_table(const struct ns *ns, uint8_t family, const char *name)
{
	vec_each(t, &ns->tables)
		if (t->family == family && streq(t->name, name))
			return t;
	return NULL;
}

const struct nft_set *ns_set(const struct ns *ns, uint8_t family, const char *table,
			     const char *name)
{
	vec_each(set, &ns->sets)
		if (set->family == family && streq(set->name, name) && streq(set->table, table))
			return set;
	return NULL;
}

const nft_chain_list *chains_beside(const struct ns *ns, const struct nft_chain *chain)
{
	return chain->legacy ? &ns->legacy : &ns->chains;
}

const struct nft_chain *chain_beside(const struct ns *ns, const struct nft_chain *chain,
				     const char *name)
{
	return chain_in(chains_beside(ns, chain), chain->family, chain->table, name);
}

static void need_rules(const struct snapshot *s, int ns, uint8_t family, const char *table,
		       const char *name)
{
	snapshot_need(s, &(struct need){ .kind = NEED_RULES,
					 .ns = ns,
					 .family = family,
					 .table = table,
					 .name = name });
}

bool fw_has_rules(const struct snapshot *s, int ns, const struct nft_chain *chain)
{
	if (chain->unread && !chain->error)
		need_rules(s, ns, chain->family, chain->table, chain->name);
	return !chain->unread;
}

const struct nft_chain *fw_chain(const struct snapshot *s, int ns, uint8_t family,
				 const char *table, const char *name)
{
	const struct nft_chain *c = ns_chain(snapshot_ns(s, ns), family, table, name);
	/* strings of rules and of traces are not the snapshot's; interning changes nothing that is read */
	struct snapshot *mutable = (struct snapshot *)(uintptr_t)s;

	if (!c && snapshot_ns(s, ns)->more_chains)
		need_rules(s, ns, family, snapshot_intern(mutable, table),
			   snapshot_intern(mutable, name));
	return c;
}

const struct nft_chain *fw_target(const struct snapshot *s, int ns, const struct nft_chain *chain,
				  const char *name)
{
	return chain->legacy ? chain_beside(snapshot_ns(s, ns), chain, name) :
			       fw_chain(s, ns, chain->family, chain->table, name);
}

bool fw_has_chains(const struct snapshot *s, int ns)
{
	vec_each(c, &snapshot_ns(s, ns)->chains)
		if (c->base && c->family != NFPROTO_ARP)
			return true;
	return false;
}

/* --- legacy iptables ------------------------------------------------------- */

/* Hooks of the built-in chains of each table (net/ipv4/netfilter/iptable_*.c). */
static const struct {
	const char *name;
	unsigned int hooks;
} legacy_tables[] = {
	{ "raw", 1u << HOOK_PREROUTING | 1u << HOOK_OUTPUT },
	{ "mangle", 1u << HOOK_PREROUTING | 1u << HOOK_INPUT | 1u << HOOK_FORWARD |
			    1u << HOOK_OUTPUT | 1u << HOOK_POSTROUTING },
	{ "nat", 1u << HOOK_PREROUTING | 1u << HOOK_INPUT | 1u << HOOK_OUTPUT |
			 1u << HOOK_POSTROUTING },
	{ "filter", 1u << HOOK_INPUT | 1u << HOOK_FORWARD | 1u << HOOK_OUTPUT },
	{ "security", 1u << HOOK_INPUT | 1u << HOOK_FORWARD | 1u << HOOK_OUTPUT },
};

const char *fw_legacy(const struct snapshot *s, int ns, uint8_t family, enum hook h, bool want_nat)
{
	for (size_t i = 0; i < ARRAY_SIZE(legacy_tables); i++) {
		if (!(legacy_tables[i].hooks & 1u << h) ||
		    streq(legacy_tables[i].name, "nat") != want_nat)
			continue;
		vec_each(t, &snapshot_ns(s, ns)->legacy_tables)
			if (!t->read && t->family == family &&
			    (!t->name[0] || streq(t->name, legacy_tables[i].name)))
				return legacy_tables[i].name;
	}
	return NULL;
}
