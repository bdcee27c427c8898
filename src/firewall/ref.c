/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ref - how reports name a rule or a policy: backend, place, text, and who put it there */
#include <netinet/in.h>
#include <stdio.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "firewall/decode.h"
#include "firewall/ref.h"

const char *fw_family_name(uint8_t family)
{
	switch (family) {
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_BRIDGE:
		return "bridge";
	case NFPROTO_NETDEV:
		return "netdev";
	case NFPROTO_ARP:
		return "arp";
	default:
		return "?";
	}
}

/* --- tables of iptables-nft ------------------------------------------------ */

/* Not that of the kernel's own table of this name, NF_IP_PRI_SECURITY. */
#define PRI_SECURITY 150

/* The built-in chains (xtables_ipv4 in iptables/nft.c). */
static const struct {
	const char *table, *chain, *type;
	uint32_t hook;
	int32_t prio;
} builtin[] = {
	{ "raw", "PREROUTING", "filter", NF_INET_PRE_ROUTING, NF_IP_PRI_RAW },
	{ "raw", "OUTPUT", "filter", NF_INET_LOCAL_OUT, NF_IP_PRI_RAW },
	{ "mangle", "PREROUTING", "filter", NF_INET_PRE_ROUTING, NF_IP_PRI_MANGLE },
	{ "mangle", "INPUT", "filter", NF_INET_LOCAL_IN, NF_IP_PRI_MANGLE },
	{ "mangle", "FORWARD", "filter", NF_INET_FORWARD, NF_IP_PRI_MANGLE },
	{ "mangle", "OUTPUT", "route", NF_INET_LOCAL_OUT, NF_IP_PRI_MANGLE },
	{ "mangle", "POSTROUTING", "filter", NF_INET_POST_ROUTING, NF_IP_PRI_MANGLE },
	{ "filter", "INPUT", "filter", NF_INET_LOCAL_IN, NF_IP_PRI_FILTER },
	{ "filter", "FORWARD", "filter", NF_INET_FORWARD, NF_IP_PRI_FILTER },
	{ "filter", "OUTPUT", "filter", NF_INET_LOCAL_OUT, NF_IP_PRI_FILTER },
	{ "security", "INPUT", "filter", NF_INET_LOCAL_IN, PRI_SECURITY },
	{ "security", "FORWARD", "filter", NF_INET_FORWARD, PRI_SECURITY },
	{ "security", "OUTPUT", "filter", NF_INET_LOCAL_OUT, PRI_SECURITY },
	{ "nat", "PREROUTING", "nat", NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST },
	{ "nat", "INPUT", "nat", NF_INET_LOCAL_IN, NF_IP_PRI_NAT_SRC },
	{ "nat", "POSTROUTING", "nat", NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC },
	{ "nat", "OUTPUT", "nat", NF_INET_LOCAL_OUT, NF_IP_PRI_NAT_DST },
};

static bool is_builtin(const struct nft_chain *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(builtin); i++)
		if (streq(builtin[i].chain, c->name) && streq(builtin[i].table, c->table))
			return c->hook == builtin[i].hook && c->prio == builtin[i].prio &&
			       c->type && streq(c->type, builtin[i].type);
	return false;
}

/* Expressions that iptables 1.8.9 can read back. */
static bool is_iptables_rule(const struct snapshot *s, const struct nft_rule *rule)
{
	static const char *const known[] = { "payload", "cmp", "meta", "bitwise", "immediate",
					     "counter", "match", "target", "range", "limit",
					     "log", "lookup" };
	const struct nftnl_rule *nr = nft_rule_code(s, rule);
	struct nftnl_expr_iter *it = nr ? nftnl_expr_iter_create(nr) : NULL;
	bool all = it;
	struct nftnl_expr *e;

	while (all && (e = nftnl_expr_iter_next(it))) {
		const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
		size_t i = 0;

		while (i < ARRAY_SIZE(known) && !streq(known[i], name ? name : ""))
			i++;
		all = i < ARRAY_SIZE(known);
	}
	if (it)
		nftnl_expr_iter_destroy(it);
	return all;
}

/* Who writes as many rules as that into such chains is iptables. */
#define RULES_TRIED 500

bool fw_is_iptables_nft(const struct snapshot *s, int ns, const struct nft_chain *chain)
{
	bool any_base = false;
	unsigned int budget = RULES_TRIED;

	if (chain->legacy || (chain->family != NFPROTO_IPV4 && chain->family != NFPROTO_IPV6))
		return false;
	vec_each(c, &snapshot_ns(s, ns)->chains) {
		if (c->family != chain->family || !streq(c->table, chain->table))
			continue;
		if (c->base && !is_builtin(c))
			return false;
		any_base |= c->base;
		vec_each(rule, &c->rules) {
			if (!budget)
				break;
			budget--;
			if (!is_iptables_rule(s, rule))
				return false;
		}
	}
	return any_base;
}

bool fw_is_iptables(const struct snapshot *s, int ns, const struct nft_chain *chain)
{
	return chain->legacy || fw_is_iptables_nft(s, ns, chain);
}

/* --- the reference --------------------------------------------------------- */

const struct nft_rule *chain_rule(const struct nft_chain *chain, uint64_t handle)
{
	vec_each(rule, &chain->rules)
		if (rule->handle == handle)
			return rule;
	return NULL;
}

static uint8_t text_family(const struct nft_chain *chain)
{
	return chain->family == NFPROTO_IPV6 ? AF_INET6 : AF_INET;
}

static void print_policy(struct strbuf *b, const struct nft_chain *c, bool iptables)
{
	const char *hook = "?";
	static const char *const hooks[] = { "prerouting", "input", "forward", "output",
					     "postrouting" };

	if (iptables) {
		strbuf_printf(b, "-P %s %s", c->name, c->policy == NF_DROP ? "DROP" : "ACCEPT");
		return;
	}
	if (c->family == NFPROTO_NETDEV)
		hook = c->hook == NF_NETDEV_INGRESS ? "ingress" : "egress";
	else if (c->hook < ARRAY_SIZE(hooks))
		hook = hooks[c->hook];
	strbuf_printf(b, "type %s hook %s", c->type ? c->type : "filter", hook);
	if (c->dev)
		strbuf_printf(b, " device \"%s\"", c->dev);
	strbuf_printf(b, " priority %d; policy %s;", c->prio,
		      c->policy == NF_DROP ? "drop" : "accept");
}

static int find_limit(struct nftnl_expr *e, void *data)
{
	static const char *const exprs[] = { "limit", "quota", "connlimit" };
	static const char *const matches[] = { "limit", "hashlimit", "quota", "connlimit" };
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
	bool *found = data;

	for (size_t i = 0; i < ARRAY_SIZE(exprs); i++)
		*found |= streq(name, exprs[i]);
	if (streq(name, "match") && nftnl_expr_is_set(e, NFTNL_EXPR_MT_NAME))
		for (size_t i = 0; i < ARRAY_SIZE(matches); i++)
			*found |= streq(nftnl_expr_get_str(e, NFTNL_EXPR_MT_NAME), matches[i]);
	if (streq(name, "objref")) {
		uint32_t type = nftnl_expr_get_u32(e, NFTNL_EXPR_OBJREF_IMM_TYPE);

		*found |= type == NFT_OBJECT_LIMIT || type == NFT_OBJECT_QUOTA;
	}
	/* what a set counts by element */
	if (streq(name, "dynset"))
		nftnl_expr_expr_foreach(e, find_limit, data);
	return 0;
}

static bool rule_limits(const struct nftnl_rule *nr)
{
	bool found = false;

	if (nr)
		/* it changes nothing, for all that its type allows */
		nftnl_expr_foreach((struct nftnl_rule *)(uintptr_t)nr, find_limit, &found);
	return found;
}

void fw_rule_ref(const struct snapshot *s, int ns, const struct nft_chain *chain, uint64_t handle,
		 struct rule_ref *ret)
{
	bool iptables = fw_is_iptables(s, ns, chain);
	const struct nft_rule *rule = handle && fw_has_rules(s, ns, chain) ?
					      chain_rule(chain, handle) : NULL;
	const struct nftnl_rule *nr = rule ? nft_rule_code(s, rule) : NULL;
	const char *owner = fw_owner(chain, nr);
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	char comment[256];

	if (!handle) {
		print_policy(&text, chain, iptables);
	} else if (nr && iptables) {
		strbuf_printf(&text, "-A %s", chain->name);
		iptables_rule(&text, nr, text_family(chain), snapshot_ns(s, ns));
	} else if (nr) {
		nft_rule(&text, nr, text_family(chain));
		if (rule_comment(nr, comment, sizeof(comment))[0])
			strbuf_printf(&text, " comment \"%s\"", comment);
	}
	*ret = (struct rule_ref){
		.backend = chain->legacy ? "iptables-legacy" : iptables ? "iptables-nft" : "nft",
		.family = fw_family_name(chain->family),
		.table = xstrdup(chain->table),
		.chain = xstrdup(chain->name),
		.handle = handle,
		.policy = !handle,
		.text = text.n ? strbuf_take(&text) : NULL,
		.owner = owner ? xstrdup(owner) : NULL,
		.limits = rule_limits(nr),
	};
}

void rule_ref_done(struct rule_ref *r)
{
	free(r->table);
	free(r->chain);
	free(r->text);
	free(r->owner);
	*r = (struct rule_ref){ 0 };
}

void rule_ref_copy(struct rule_ref *dst, const struct rule_ref *src)
{
	*dst = *src;
	dst->table = src->table ? xstrdup(src->table) : NULL;
	dst->chain = src->chain ? xstrdup(src->chain) : NULL;
	dst->text = src->text ? xstrdup(src->text) : NULL;
	dst->owner = src->owner ? xstrdup(src->owner) : NULL;
}
