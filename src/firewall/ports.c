/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports - the destination ports that a namespace's NAT rules speak of
 *
 * Only candidates: whether a rule does anything with a packet to one of them,
 * fw_eval() tells.
 */
#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>

#include "firewall/decode.h"
#include "firewall/eval.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_tcpudp.h>

/* Of a range that is longer, only the beginning. */
#define RANGE_MAX 32
/* Of a large ruleset only what a packet met is looked at. */
#define CHAINS_MAX 64

struct ports {
	uint16_t *v;
	size_t n, max;
};

static void add(struct ports *p, uint16_t port)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i] == port)
			return;
	if (port && p->n < p->max)
		p->v[p->n++] = port;
}

static void add_range(struct ports *p, uint16_t from, uint16_t to)
{
	for (unsigned int i = 0; i < RANGE_MAX && i <= (unsigned int)(to - from) && from <= to; i++)
		add(p, (uint16_t)(from + i));
}

static uint16_t get_u16(const uint8_t *b)
{
	return (uint16_t)(b[0] << 8 | b[1]);
}

/* Keys that are a port alone, or begin with one. */
static void add_set(struct ports *p, const struct ns *ns, const struct nft_chain *chain,
		    const char *name)
{
	vec_each(set, &ns->sets) {
		struct nftnl_set_elems_iter *it;
		struct nftnl_set_elem *el;

		if (set->family != chain->family || !streq(set->table, chain->table) ||
		    !streq(set->name, name) || !set->ns)
			continue;
		it = nftnl_set_elems_iter_create(set->ns);
		while (it && (el = nftnl_set_elems_iter_next(it))) {
			uint32_t n = 0;
			const uint8_t *key = nftnl_set_elem_get(el, NFTNL_SET_ELEM_KEY, &n);

			if (key && n >= 2)
				add(p, get_u16(key));
		}
		if (it)
			nftnl_set_elems_iter_destroy(it);
	}
}

static void add_extension(struct ports *p, const struct cond *c)
{
	const char *name = nftnl_expr_get_str(c->expr, NFTNL_EXPR_MT_NAME);
	uint32_t n = 0;
	const void *info = nftnl_expr_get(c->expr, NFTNL_EXPR_MT_INFO, &n);

	if (!name || !info)
		return;
	if (streq(name, "tcp") && n >= sizeof(struct xt_tcp)) {
		const struct xt_tcp *tcp = info;

		if (tcp->dpts[0] || tcp->dpts[1] != 0xffff)
			add_range(p, tcp->dpts[0], tcp->dpts[1]);
	} else if (streq(name, "multiport") && n >= sizeof(struct xt_multiport_v1)) {
		const struct xt_multiport_v1 *multi = info;

		for (size_t i = 0; i < multi->count && i < XT_MULTI_PORTS; i++)
			add(p, multi->ports[i]);
	}
}

static void add_rule(struct ports *p, const struct snapshot *s, const struct ns *ns,
		     const struct nft_chain *chain, const struct nft_rule *rule)
{
	const struct nftnl_rule *nr = nft_rule_code(s, rule);
	struct decoded d;

	if (!nr)
		return;
	rule_decode(nr, &d);
	vec_each(c, &d.conds) {
		if (c->source == COND_MATCH)
			add_extension(p, c);
		else if (!cond_is_port(c, true))
			continue;
		else if (c->test == TEST_SET)
			add_set(p, ns, chain, c->set);
		else if (c->test == TEST_EQ && c->size >= 2)
			add(p, get_u16(c->data));
		else if (c->test == TEST_RANGE && c->size >= 2)
			add_range(p, get_u16(c->data), get_u16(c->to));
	}
	decoded_done(&d);
}

static bool is_nat_table(const struct ns *ns, const struct nft_chain *chain)
{
	vec_each(c, &ns->chains)
		if (c->base && c->type && streq(c->type, "nat") && c->family == chain->family &&
		    streq(c->table, chain->table))
			return true;
	return false;
}

size_t fw_dnat_ports(const struct snapshot *s, int ns, uint16_t *ret_ports, size_t max)
{
	const struct ns *n = snapshot_ns(s, ns);
	struct ports p = { .v = ret_ports, .max = max };

	vec_each(chain, &n->chains) {
		if (!is_nat_table(n, chain))
			continue;
		if (chain->unread && !chain->error && !n->more_chains && n->chains.n <= CHAINS_MAX)
			snapshot_need(s, &(struct need){ .kind = NEED_RULES,
							 .ns = ns,
							 .family = chain->family,
							 .table = chain->table,
							 .name = chain->name });
		vec_each(rule, &chain->rules)
			add_rule(&p, s, n, chain, rule);
	}
	return p.n;
}
