/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place - where in the firewall a repair belongs
 *
 * The smallest accept stands in the chain that drops, right before the rule
 * that does; where the owner of the rules keeps a chain for the administrator
 * that the packet passes before, it stands there and survives the owner's next restart.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "firewall/build.h"
#include "firewall/decode.h"
#include "firewall/ref.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#ifndef NFT_TABLE_F_OWNER /* Linux 5.12 */
#define NFT_TABLE_F_OWNER 0x2
#endif

#ifdef HAVE_LIBIPTC
static const bool can_change_legacy = true;
#else
static const bool can_change_legacy = false;
#endif

/* A foreign process owns the table: the kernel lets nobody else change it. */
static bool is_locked(const struct ns *ns, uint8_t family, const char *table)
{
	const struct nft_table *t = ns_table(ns, family, table);

	return t && t->flags & (NFT_TABLE_F_OWNER | NFT_TABLE_F_DORMANT);
}

/* --- what comes first ------------------------------------------------------ */

#define WALK_DEPTH 16
#define WALK_RULES 100000

struct order {
	const struct snapshot *s;
	const struct ns *ns;
	const struct nft_chain *drop;    /* the chain that drops … */
	uint64_t handle;                 /* … by this rule */
	const struct nft_chain *place;   /* the first place passed by every packet before that */
	bool reached;
	unsigned int budget;
};

static bool is_comment(const struct cond *c)
{
	const char *name = c->source == COND_MATCH ? nftnl_expr_get_str(c->expr, NFTNL_EXPR_MT_NAME)
						   : NULL;

	return name && streq(name, "comment");
}

/* Where the rule jumps to, and whether it does so for every packet. NULL: it jumps nowhere. */
static const struct nft_chain *jump_of(const struct order *o, const struct nft_chain *chain,
				       const struct nft_rule *rule, bool *ret_always)
{
	const struct nftnl_rule *nr = nft_rule_code(o->s, rule);
	const struct nft_chain *target = NULL;
	struct decoded d;

	if (!nr)
		return NULL;
	rule_decode(nr, &d);
	*ret_always = true;
	vec_each(c, &d.conds)
		*ret_always &= is_comment(c);
	vec_each(e, &d.statements)
		if (nftnl_expr_get_str(*e, NFTNL_EXPR_NAME) &&
		    streq(nftnl_expr_get_str(*e, NFTNL_EXPR_NAME), "immediate") &&
		    nftnl_expr_is_set(*e, NFTNL_EXPR_IMM_CHAIN))
			target = chain_beside(o->ns, chain,
					      nftnl_expr_get_str(*e, NFTNL_EXPR_IMM_CHAIN));
	decoded_done(&d);
	return target;
}

/* Follows the rules in the order of evaluation until the one that drops is met. */
static void walk(struct order *o, const struct nft_chain *chain, bool always, unsigned int depth)
{
	if (always && !o->place && fw_is_place(chain->name))
		o->place = chain;
	for (size_t i = 0; i < chain->rules.n && !o->reached && o->budget; i++) {
		const struct nft_rule *rule = &chain->rules.v[i];
		const struct nft_chain *target;
		bool each = false;

		o->budget--;
		if (chain == o->drop && rule->handle == o->handle) {
			o->reached = true;
			return;
		}
		target = jump_of(o, chain, rule, &each);
		if (target && depth < WALK_DEPTH)
			walk(o, target, always && each, depth + 1);
	}
	if (chain == o->drop && !o->handle)
		o->reached = true;
}

static const struct nft_chain *find_place(const struct snapshot *s, int index,
					  const struct nft_chain *drop, uint64_t handle)
{
	const struct ns *ns = snapshot_ns(s, index);

	if (fw_is_place(drop->name))
		return NULL;
	vec_each(base, chains_beside(ns, drop)) {
		struct order o = { .s = s, .ns = ns, .drop = drop, .handle = handle, .budget = WALK_RULES };

		if (!base->base || base->family != drop->family || !streq(base->table, drop->table))
			continue;
		walk(&o, base, true, 0);
		if (o.reached)
			return o.place;
	}
	return NULL;
}

void op_place_before(const struct snapshot *s, struct op *op, uint64_t handle)
{
	const struct nft_chain *c = fw_op_chain(s, op);
	const struct nft_rule *rule = c && handle ? chain_rule(c, handle) : NULL;

	op->before = handle;
	op->anchor = rule ? rule->print : 0;
}

/* --- accept ---------------------------------------------------------------- */

static bool family_fits(uint8_t nfproto, const struct prefix *p)
{
	if (!addr_is_set(&p->addr) || nfproto == NFPROTO_INET)
		return true;
	return nfproto == (p->addr.family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
}

int op_accept(struct snapshot *s, int ns, const struct nft_chain *chain, uint64_t handle,
	      const struct op_match *match, struct op *ret_op)
{
	const struct ns *n = snapshot_ns(s, ns);
	const struct nft_chain *place;

	/* it may be the same one in a copy of s */
	chain = chain_beside(n, chain, chain->name);
	if (!chain)
		return -ENOTSUP;
	if (chain->family != NFPROTO_IPV4 && chain->family != NFPROTO_IPV6 &&
	    chain->family != NFPROTO_INET)
		return -ENOTSUP;
	if (chain->legacy && !can_change_legacy)
		return -ENOTSUP;
	if (!family_fits(chain->family, &match->src) || !family_fits(chain->family, &match->dst))
		return -ENOTSUP;
	if ((!chain->legacy && is_locked(n, chain->family, chain->table)) ||
	    !fw_has_rules(s, ns, chain) || (handle && !chain_rule(chain, handle)))
		return -ENOTSUP;
	place = find_place(s, ns, chain, handle);
	*ret_op = (struct op){
		.kind = chain->legacy ? OP_LEGACY_ACCEPT : OP_NFT_ACCEPT,
		.ns = ns,
		.family = chain->family,
		.table = snapshot_intern(s, chain->table),
		.chain = snapshot_intern(s, place ? place->name : chain->name),
		.before = !place ? handle : place->rules.n ? place->rules.v[0].handle : 0,
		.match = *match,
		.iptables = fw_is_iptables_nft(s, ns, chain),
	};
	op_place_before(s, ret_op, ret_op->before);
	return 0;
}

/* --- translations ---------------------------------------------------------- */

static bool is_nat(const struct ns *n, const struct nft_chain *c, uint32_t hook, uint8_t family)
{
	return c->base && c->type && streq(c->type, "nat") && c->hook == hook &&
	       (c->family == family || c->family == NFPROTO_INET) &&
	       (c->legacy || !is_locked(n, c->family, c->table));
}

static const struct nft_chain *nft_nat_chain(const struct snapshot *s, int ns, uint32_t hook,
					     uint8_t family)
{
	const struct ns *n = snapshot_ns(s, ns);

	vec_each(c, &n->chains)
		if (is_nat(n, c, hook, family) && fw_is_iptables_nft(s, ns, c))
			return c;
	vec_each(c, &n->chains) {
		const char *owner = fw_owner(c, NULL);

		if (is_nat(n, c, hook, family) && (!owner || streq(owner, "nsdoctor")))
			return c;
	}
	return NULL;
}

static const struct nft_chain *legacy_nat_chain(const struct ns *n, uint32_t hook, uint8_t family)
{
	vec_each(c, &n->legacy)
		if (is_nat(n, c, hook, family))
			return c;
	return NULL;
}

/*
 * iptables' own chain first, then a chain that nobody but the administrator
 * (or an earlier repair) keeps; a program would throw our rule out of its own.
 * Of nf_tables and legacy iptables the one that is in use: empty tables are
 * made by looking at them.
 */
static const struct nft_chain *nat_chain(const struct snapshot *s, int ns, uint32_t hook, uint8_t family)
{
	const struct nft_chain *nft = nft_nat_chain(s, ns, hook, family);
	const struct nft_chain *legacy = legacy_nat_chain(snapshot_ns(s, ns), hook, family);

	return !nft || (legacy && legacy->rules.n && !nft->rules.n) ? legacy : nft;
}

/* The op at the end of that chain, or in a table of our own. */
static int nat_op(struct snapshot *s, int ns, uint32_t hook, uint8_t af, struct op *ret_op)
{
	uint8_t family = af == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	const struct nft_chain *c = nat_chain(s, ns, hook, family);
	bool legacy = c && c->legacy;

	if (legacy && !can_change_legacy)
		return -ENOTSUP;
	*ret_op = (struct op){
		.kind = hook == NF_INET_PRE_ROUTING ? (legacy ? OP_LEGACY_DNAT : OP_NFT_DNAT) :
						      (legacy ? OP_LEGACY_MASQUERADE : OP_NFT_MASQUERADE),
		.ns = ns,
		.family = c ? c->family : family,
		.table = c ? snapshot_intern(s, c->table) : NULL,
		.chain = c ? snapshot_intern(s, c->name) : NULL,
		.iptables = c && fw_is_iptables_nft(s, ns, c),
	};
	return 0;
}

int op_masquerade(struct snapshot *s, int ns, const struct prefix *src, int oif, struct op *ret_op)
{
	int r = addr_is_set(&src->addr) && oif ?
			nat_op(s, ns, NF_INET_POST_ROUTING, src->addr.family, ret_op) : -ENOTSUP;

	if (r < 0)
		return r;
	ret_op->prefix = prefix_network(src);
	ret_op->oif = oif;
	return 0;
}

int op_dnat(struct snapshot *s, int ns, const struct op_match *match, const struct addr *to, uint16_t to_port,
	    struct op *ret_op)
{
	int r = match->proto && match->dport && to_port ?
			nat_op(s, ns, NF_INET_PRE_ROUTING, to->family, ret_op) : -ENOTSUP;

	if (r < 0)
		return r;
	ret_op->match = *match;
	ret_op->to = *to;
	ret_op->to_port = to_port;
	return 0;
}
