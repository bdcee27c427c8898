/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports - the destination ports that a namespace's NAT rules speak of
 *
 * Only candidates: whether a rule does anything with a packet to one of them,
 * fw_eval() tells. What a rule says of ports in a way that is not followed
 * here makes the list an incomplete one.
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

/* Of a large ruleset only what a packet met is looked at. */
#define CHAINS_MAX 64

#define PORTS 65536

struct port_bits {
	uint8_t b[PORTS / 8];
};

static bool has_bit(const struct port_bits *bits, uint32_t port)
{
	return bits->b[port / 8] >> port % 8 & 1;
}

static void set_bit(struct port_bits *bits, uint32_t port)
{
	bits->b[port / 8] |= (uint8_t)(1u << port % 8);
}

struct search {
	const struct snapshot *s;
	int ns;
	uint8_t family;
	struct port_bits seen;
	port_list *ports;
	bool all;            /* no port is missing */
};

static void add_range(struct search *p, uint32_t from, uint32_t to)
{
	for (uint32_t port = from ? from : 1; port <= to; port++) {
		if (has_bit(&p->seen, port))
			continue;
		set_bit(&p->seen, port);
		vec_push(p->ports, (uint16_t)port);
	}
}

static uint16_t get_u16(const uint8_t *b)
{
	return (uint16_t)(b[0] << 8 | b[1]);
}

/* --- sets ------------------------------------------------------------------ */

/* The port in one end of an element; false: there is none. */
static bool port_of(struct nftnl_set_elem *el, uint16_t attr, size_t at, uint16_t *ret)
{
	uint32_t n = 0;
	const uint8_t *key = nftnl_set_elem_is_set(el, attr) ? nftnl_set_elem_get(el, attr, &n) : NULL;

	if (!key || n < at + 2)
		return false;
	*ret = get_u16(key + at);
	return true;
}

static bool has_flag(struct nftnl_set_elem *el, uint32_t flag)
{
	return nftnl_set_elem_is_set(el, NFTNL_SET_ELEM_FLAGS) &&
	       nftnl_set_elem_get_u32(el, NFTNL_SET_ELEM_FLAGS) & flag;
}

/* Beginnings and ends are elements of their own, in any order; see set.c. */
static void add_intervals(struct search *p, const struct port_bits *begin,
			  const struct port_bits *end)
{
	bool inside = false;

	for (uint32_t port = 0; port < PORTS; port++) {
		if (has_bit(begin, port))
			inside = true;
		else if (has_bit(end, port))
			inside = false;
		if (inside)
			add_range(p, port, port);
	}
}

/* The port stands `at` bytes into the keys. */
static void add_elements(struct search *p, const struct nftnl_set *set, size_t at)
{
	uint32_t flags = nftnl_set_is_set(set, NFTNL_SET_FLAGS) ?
				 nftnl_set_get_u32(set, NFTNL_SET_FLAGS) : 0;
	bool intervals = flags & NFT_SET_INTERVAL && !(flags & NFT_SET_CONCAT);
	struct nftnl_set_elems_iter *it = nftnl_set_elems_iter_create(set);
	struct port_bits begin = { 0 }, end = { 0 };
	struct nftnl_set_elem *el;
	uint16_t from, to;

	while (it && (el = nftnl_set_elems_iter_next(it))) {
		if (!port_of(el, NFTNL_SET_ELEM_KEY, at, &from) || has_flag(el, NFT_SET_ELEM_CATCHALL)) {
			p->all = false;
		} else if (intervals) {
			set_bit(has_flag(el, NFT_SET_ELEM_INTERVAL_END) ? &end : &begin, from);
		} else {
			if (!port_of(el, NFTNL_SET_ELEM_KEY_END, at, &to))
				to = from;
			add_range(p, from, to);
		}
	}
	if (it)
		nftnl_set_elems_iter_destroy(it);
	if (intervals)
		add_intervals(p, &begin, &end);
}

static void add_set(struct search *p, const struct nft_chain *chain, const struct cond *c)
{
	const struct nft_set *set = ns_set(snapshot_ns(p->s, p->ns), chain->family, chain->table, c->set);
	uint32_t len = set && set->ns && nftnl_set_is_set(set->ns, NFTNL_SET_KEY_LEN) ?
			       nftnl_set_get_u32(set->ns, NFTNL_SET_KEY_LEN) : 0;

	if (len && (size_t)c->dport_at + 2 > len)
		return;
	if (len && !set->unread && c->test == TEST_SET) {
		add_elements(p, set->ns, (size_t)c->dport_at);
		return;
	}
	p->all = false;
	if (len && set->unread && !set->error)
		snapshot_need(p->s, &(struct need){ .kind = NEED_ELEMENTS,
						    .ns = p->ns,
						    .family = set->family,
						    .table = set->table,
						    .name = set->name });
}

/* --- extensions ------------------------------------------------------------ */

/* struct xt_udp begins likewise. */
static void add_tcp(struct search *p, const void *info)
{
	struct xt_tcp tcp;

	_Static_assert(offsetof(struct xt_tcp, dpts) == offsetof(struct xt_udp, dpts), "the same");
	memcpy(&tcp, info, offsetof(struct xt_tcp, option));
	if (tcp.dpts[0] || tcp.dpts[1] != 0xffff)
		add_range(p, tcp.dpts[0], tcp.dpts[1]);
}

static void add_multiport(struct search *p, const struct xt_multiport_v1 *multi)
{
	if (multi->flags == XT_MULTIPORT_SOURCE)
		return;
	p->all &= !multi->invert;
	for (size_t i = 0; i < multi->count && i < XT_MULTI_PORTS; i++) {
		bool range = multi->pflags[i] && i + 1 < XT_MULTI_PORTS;

		add_range(p, multi->ports[i], multi->ports[range ? i + 1 : i]);
		i += range;
	}
}

/* Such a rule can speak of ports in words of its own. */
static bool is_beyond(const char *name)
{
	return streq(name, "set") || streq(name, "u32") || streq(name, "bpf");
}

static void add_extension(struct search *p, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_MT_NAME);
	uint32_t n = 0;
	const void *info = nftnl_expr_get(e, NFTNL_EXPR_MT_INFO, &n);

	if (!name || !info || is_beyond(name)) {
		p->all = false;
	} else if (streq(name, "tcp") && n >= sizeof(struct xt_tcp)) {
		p->all &= !(((const struct xt_tcp *)info)->invflags & XT_TCP_INV_DSTPT);
		add_tcp(p, info);
	} else if (streq(name, "udp") && n >= sizeof(struct xt_udp)) {
		p->all &= !(((const struct xt_udp *)info)->invflags & XT_UDP_INV_DSTPT);
		add_tcp(p, info);
	} else if (streq(name, "multiport") && n >= sizeof(struct xt_multiport_v1)) {
		add_multiport(p, info);
	}
}

/* --- rules ----------------------------------------------------------------- */

/* Is the port a part of what is tested, and not all of it? */
static bool touches_port(const struct cond *c)
{
	if (c->source == COND_CT)
		return c->key == NFT_CT_PROTO_DST;
	return c->source == COND_PAYLOAD && c->base == NFT_PAYLOAD_TRANSPORT_HEADER &&
	       c->offset < 4 && c->offset + c->len > 2;
}

static void add_cond(struct search *p, const struct nft_chain *chain, const struct cond *c)
{
	if (c->source == COND_MATCH)
		add_extension(p, c->expr);
	else if (c->set && c->dport_at >= 0)
		add_set(p, chain, c);
	else if (!touches_port(c))
		return;
	else if (!cond_is_port(c, true) || c->masked || c->size < 2)
		p->all = false;
	else if (c->test == TEST_EQ)
		add_range(p, get_u16(c->data), get_u16(c->data));
	else if (c->test == TEST_RANGE)
		add_range(p, get_u16(c->data), get_u16(c->to));
	else
		p->all = false;
}

static void add_rule(struct search *p, const struct nft_chain *chain, const struct nft_rule *rule)
{
	const struct nftnl_rule *nr = nft_rule_code(p->s, rule);
	struct decoded d;

	if (!nr) {
		p->all = false;
		return;
	}
	rule_decode(nr, &d);
	vec_each(c, &d.conds)
		add_cond(p, chain, c);
	decoded_done(&d);
}

static size_t count_chains(const struct search *p, const nft_chain_list *chains)
{
	const struct ns *ns = snapshot_ns(p->s, p->ns);
	size_t n = 0;

	vec_each(c, chains)
		n += fw_is_nat_table(ns, c, p->family, HOOK_PREROUTING);
	return n;
}

static void add_chains(struct search *p, const nft_chain_list *chains, bool read_all)
{
	const struct ns *ns = snapshot_ns(p->s, p->ns);

	vec_each(chain, chains) {
		if (!fw_is_nat_table(ns, chain, p->family, HOOK_PREROUTING))
			continue;
		if (read_all)
			fw_has_rules(p->s, p->ns, chain);
		p->all &= !chain->unread;
		vec_each(rule, &chain->rules)
			add_rule(p, chain, rule);
	}
}

bool fw_dnat_ports(const struct snapshot *s, int ns, uint8_t family, port_list *ret)
{
	const struct ns *n = snapshot_ns(s, ns);
	struct search p = {
		.s = s,
		.ns = ns,
		.family = family,
		.ports = ret,
		.all = !n->more_chains && !n->error[COLLECT_NFT] &&
		       !fw_legacy(s, ns, family, HOOK_PREROUTING, true),
	};

	/* those of legacy tables are read whole or not at all */
	add_chains(&p, &n->chains, !n->more_chains && count_chains(&p, &n->chains) <= CHAINS_MAX);
	add_chains(&p, &n->legacy, false);
	return p.all;
}
