/* SPDX-License-Identifier: GPL-2.0-or-later */
/* legacy - an op as an entry of a legacy table, and into the model */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>

#include <linux/netfilter.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "firewall/build.h"
#include "firewall/extension.h"
#include "firewall/legacy.h"

/* Room for the header, three matches and a target, which is more than an op has. */
#define ENTRY_MAX 1024

struct builder {
	_Alignas(16) uint8_t b[ENTRY_MAX];
	size_t n;
};

static void *put(struct builder *b, size_t size)
{
	void *p = b->b + b->n;

	b->n += XT_ALIGN(size);
	if (b->n > sizeof(b->b))
		abort(); /* a bug: see ENTRY_MAX */
	return p;
}

static void put_match(struct builder *b, const char *name, uint8_t revision, const void *info,
		      size_t size)
{
	size_t all = sizeof(struct xt_entry_match) + XT_ALIGN(size);
	struct xt_entry_match *m = put(b, all);

	m->u.user.match_size = (uint16_t)all;
	m->u.user.revision = revision;
	str_copy(m->u.user.name, sizeof(m->u.user.name), name);
	memcpy(m->data, info, size);
}

/* Both have ports in the same places; the flags of struct xt_tcp stay 0. */
static void put_ports(struct builder *b, const struct op_match *m)
{
	struct xt_tcp tcp = { .spts = { m->sport, m->sport ? m->sport : 0xffff },
			      .dpts = { m->dport, m->dport ? m->dport : 0xffff } };
	struct xt_udp udp = { .spts = { tcp.spts[0], tcp.spts[1] },
			      .dpts = { tcp.dpts[0], tcp.dpts[1] } };

	if (!m->sport && !m->dport)
		return;
	if (m->proto == IPPROTO_UDP)
		put_match(b, "udp", 0, &udp, sizeof(udp));
	else
		put_match(b, "tcp", 0, &tcp, sizeof(tcp));
}

static void put_extension(struct builder *b, const struct extension *x)
{
	put_match(b, x->name, x->revision, x->info, x->size);
}

static void put_matches(struct builder *b, const struct op_match *m)
{
	const struct extension icmp6 = extension_icmp6(m->icmp_type),
			       established = extension_established();

	put_ports(b, m);
	if (m->icmp_type)
		put_extension(b, &icmp6);
	if (m->established)
		put_extension(b, &established);
}

static void put_target(struct builder *b, const char *name, uint8_t revision, const void *info, size_t size)
{
	size_t all = sizeof(struct xt_entry_target) + XT_ALIGN(size);
	struct xt_entry_target *t = put(b, all);

	t->u.user.target_size = (uint16_t)all;
	t->u.user.revision = revision;
	str_copy(t->u.user.name, sizeof(t->u.user.name), name);
	memcpy(t->data, info, size);
}

static void put_accept(struct builder *b)
{
	const int verdict = -NF_ACCEPT - 1;

	put_target(b, "", 0, &verdict, sizeof(verdict));
}

static void put_masquerade(struct builder *b, uint8_t family)
{
	const struct extension x = extension_masquerade(family);

	put_target(b, x.name, x.revision, x.info, x.size);
}

static void put_dnat(struct builder *b, const struct op *op)
{
	const struct extension x = extension_dnat(&op->to, op->to_port);

	put_target(b, x.name, x.revision, x.info, x.size);
}

static void put_prefix(const struct prefix *p, void *addr, void *mask)
{
	struct prefix net = prefix_network(p);
	uint8_t *m = mask;

	memcpy(addr, net.addr.b, addr_len(p->addr.family));
	for (unsigned int i = 0; i < p->len; i++)
		m[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

/* The mask covers the NUL, too: exactly this name. */
static void put_iface(const struct ns *ns, int ifindex, char *name, unsigned char *mask)
{
	struct ifname text = ns_ifname(ns, ifindex);

	if (!ifindex)
		return;
	str_copy(name, IFNAMSIZ, text.s);
	memset(mask, 0xff, strlen(name) + 1);
}

static void put_header4(struct builder *b, const struct ns *ns, const struct op_match *m)
{
	struct ipt_entry *e = put(b, sizeof(*e));

	put_prefix(&m->src, &e->ip.src, &e->ip.smsk);
	put_prefix(&m->dst, &e->ip.dst, &e->ip.dmsk);
	put_iface(ns, m->iif, e->ip.iniface, e->ip.iniface_mask);
	put_iface(ns, m->oif, e->ip.outiface, e->ip.outiface_mask);
	e->ip.proto = (uint16_t)m->proto;
}

static void put_header6(struct builder *b, const struct ns *ns, const struct op_match *m)
{
	struct ip6t_entry *e = put(b, sizeof(*e));

	put_prefix(&m->src, &e->ipv6.src, &e->ipv6.smsk);
	put_prefix(&m->dst, &e->ipv6.dst, &e->ipv6.dmsk);
	put_iface(ns, m->iif, e->ipv6.iniface, e->ipv6.iniface_mask);
	put_iface(ns, m->oif, e->ipv6.outiface, e->ipv6.outiface_mask);
	e->ipv6.proto = (uint16_t)m->proto;
	e->ipv6.flags = m->proto ? IP6T_F_PROTO : 0;
}

static void put_offsets(struct builder *b, uint8_t family, size_t target)
{
	struct ipt_entry *e4 = (void *)b->b;
	struct ip6t_entry *e6 = (void *)b->b;

	if (family == NFPROTO_IPV6) {
		e6->target_offset = (uint16_t)target;
		e6->next_offset = (uint16_t)b->n;
	} else {
		e4->target_offset = (uint16_t)target;
		e4->next_offset = (uint16_t)b->n;
	}
}

void *legacy_build(const struct snapshot *s, const struct op *op, const char **ret_label)
{
	const struct ns *ns = snapshot_ns(s, op->ns);
	struct op_match m = fw_op_match(op);
	struct builder b = { .n = 0 };
	size_t target;

	if (op->family == NFPROTO_IPV6)
		put_header6(&b, ns, &m);
	else
		put_header4(&b, ns, &m);
	put_matches(&b, &m);
	target = b.n;
	if (op->kind == OP_LEGACY_MASQUERADE)
		put_masquerade(&b, op->family);
	else if (op->kind == OP_LEGACY_DNAT)
		put_dnat(&b, op);
	else
		put_accept(&b);
	put_offsets(&b, op->family, target);
	*ret_label = op->kind == OP_LEGACY_MASQUERADE ? "MASQUERADE" :
		     op->kind == OP_LEGACY_DNAT	      ? "DNAT" : "ACCEPT";
	return xmemdup(b.b, b.n);
}

/* --- into the model -------------------------------------------------------- */

int legacy_op_model(struct snapshot *copy, const struct op *op)
{
	struct nft_chain *c = (struct nft_chain *)(uintptr_t)fw_op_chain(copy, op);
	size_t at = op->before ? (size_t)op->before - 1 : c ? c->rules.n : 0;
	_cleanup_(freep) void *entry = NULL;
	struct nft_rule rule = { 0 };
	struct nftnl_rule *nr;
	const char *label;

	if (!c || at > c->rules.n)
		return -ENOENT;
	entry = legacy_build(copy, op, &label);
	nr = legacy_translate(op->family, entry, label);
	snapshot_own_rule(copy, nr);
	rule.nr = nr;
	rule.print = legacy_print(op->family, entry, label);
	vec_insert(&c->rules, at, rule);
	for (size_t i = at; i < c->rules.n; i++)
		c->rules.v[i].handle = i + 1;
	return 0;
}
