/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hook - which base chains see a packet at a place, in which order, and what they say together
 *
 * A drop is final, an accept ends only its own base chain. What one chain may
 * have dropped a later one may drop for certain; only what is left open in the
 * end is FW_UNKNOWN.
 */
#include "firewall/eval.h"
#include "strbuf.h"

#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>

/* --- what rules ask of the run --------------------------------------------- */

int run_iif(const struct fw_run *r)
{
	const struct fw_place *at = r->at;

	if (at->hook == HOOK_OUTPUT)
		return 0;
	if (at->bridge)
		return at->hook == HOOK_POSTROUTING ? 0 : at->port_in ? at->port_in : at->iif;
	/* br_nf_post_routing() names no incoming interface, ip_output() does */
	if (at->hook == HOOK_POSTROUTING && at->netfilter_bridged)
		return 0;
	return at->iif;
}

int run_oif(const struct fw_run *r)
{
	const struct fw_place *at = r->at;

	if (at->hook == HOOK_PREROUTING || at->hook == HOOK_INPUT || at->hook == HOOK_INGRESS)
		return 0;
	if (at->bridge && at->port_out)
		return at->port_out;
	return at->oif;
}

bool run_has_rules(struct fw_run *r, const struct nft_chain *c)
{
	if (fw_has_rules(r->s, r->at->ns, c))
		return true;
	r->why = run_text(r, "chain %s of table %s, which could not be read%s%s", c->name, c->table,
			  c->error ? ": " : "", c->error ? strerror(-c->error) : "");
	return false;
}

const char *run_text(struct fw_run *r, const char *format, ...)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(&b, format, ap);
	va_end(ap);
	/*
	 * interning adds to the arena that all copies share; it changes nothing that anybody
	 * reads
	 */
	return snapshot_intern((struct snapshot *)(uintptr_t)r->s, strbuf_str(&b));
}

/* --- the order of things at a hook ----------------------------------------- */

static uint8_t hook_pf(const struct fw_place *at, const struct packet *pkt)
{
	if (at->bridge)
		return NFPROTO_BRIDGE;
	if (at->hook == HOOK_INGRESS || at->hook == HOOK_EGRESS)
		return NFPROTO_NETDEV;
	if (pkt->arp)
		return NFPROTO_ARP;
	return pkt->dst.family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
}

static bool is_device(const struct fw_run *r, const struct nft_chain *c, int ifindex)
{
	const struct link *l = ns_link(r->ns, ifindex);

	return l && nft_chain_on(c, l->name);
}

static bool sees_netdev(const struct fw_run *r, const struct nft_chain *c)
{
	bool ingress = r->at->hook == HOOK_INGRESS;

	if (c->family == NFPROTO_INET)
		return ingress && c->hook == NF_INET_INGRESS && !r->pkt->arp &&
		       is_device(r, c, r->at->iif);
	return c->family == NFPROTO_NETDEV &&
	       c->hook == (ingress ? NF_NETDEV_INGRESS : NF_NETDEV_EGRESS) &&
	       is_device(r, c, ingress ? r->at->iif : r->at->oif);
}

/* NF_INET_*; NF_BR_* have the same numbers. */
static const unsigned int inet_hooks[HOOK_COUNT] = {
	[HOOK_PREROUTING] = NF_INET_PRE_ROUTING,
	[HOOK_INPUT] = NF_INET_LOCAL_IN,
	[HOOK_FORWARD] = NF_INET_FORWARD,
	[HOOK_OUTPUT] = NF_INET_LOCAL_OUT,
	[HOOK_POSTROUTING] = NF_INET_POST_ROUTING,
};

/* include/uapi/linux/netfilter_arp.h: a namespace's own ARP, in and out */
static bool sees_arp(const struct nft_chain *c, enum hook hook)
{
	return c->family == NFPROTO_ARP && ((hook == HOOK_INPUT && c->hook == NF_ARP_IN) ||
					    (hook == HOOK_OUTPUT && c->hook == NF_ARP_OUT));
}

static bool is_nat(const struct nft_chain *c)
{
	return c->type && streq(c->type, "nat");
}

bool fw_is_nat_table(const struct ns *ns, const struct nft_chain *c, uint8_t family, enum hook h)
{
	if (c->family != family && c->family != NFPROTO_INET)
		return false;
	vec_each(base, chains_beside(ns, c))
		if (base->base && is_nat(base) && base->hook == inet_hooks[h] &&
		    base->family == c->family && streq(base->table, c->table))
			return true;
	return false;
}

static bool is_dormant(const struct ns *ns, const struct nft_chain *c)
{
	const struct nft_table *t = c->legacy ? NULL : ns_table(ns, c->family, c->table);

	return t && t->flags & NFT_TABLE_F_DORMANT;
}

/* Most legacy tables are there because somebody listed them once; many programs make chains for later. */
static bool does_nothing(const struct nft_chain *c)
{
	return !c->unread && !c->rules.n && c->policy == NF_ACCEPT;
}

static bool sees_packet(const struct fw_run *r, const struct nft_chain *c)
{
	if (!c->base || does_nothing(c))
		return false;
	if (r->pf == NFPROTO_NETDEV) {
		if (!sees_netdev(r, c))
			return false;
	} else if (r->pf == NFPROTO_ARP) {
		if (!sees_arp(c, r->at->hook))
			return false;
	} else {
		if (c->family != r->pf && !(c->family == NFPROTO_INET && r->pf != NFPROTO_BRIDGE))
			return false;
		if (c->hook != inet_hooks[r->at->hook])
			return false;
	}
	return !is_dormant(r->ns, c);
}

typedef VEC(const struct nft_chain *) chain_list;

static bool same_table(const struct nft_chain *a, const struct nft_chain *b)
{
	return a->legacy == b->legacy && a->family == b->family && streq(a->table, b->table);
}

/*
 * By priority; of equal ones the one registered last comes first (nf_hook_entries_grow()). Chains
 * of a table are listed as they were registered. Of several tables, and of those of legacy iptables,
 * nobody tells: a chain may be younger than a table behind its own. So either each one is taken for
 * younger than those listed before it, or for older.
 */
static void insert_chain(chain_list *list, const struct nft_chain *c, bool older)
{
	size_t i = 0;

	while (i < list->n &&
	       (list->v[i]->prio < c->prio ||
		(older && list->v[i]->prio == c->prio && !same_table(list->v[i], c))))
		i++;
	vec_insert(list, i, c);
}

static void add_chains(const struct fw_run *r, const nft_chain_list *from, bool older,
		       chain_list *filter, chain_list *nat)
{
	vec_each(c, from)
		if (sees_packet(r, c))
			insert_chain(is_nat(c) ? nat : filter, c, older);
}

static void list_chains(const struct fw_run *r, bool older, chain_list *filter, chain_list *nat)
{
	add_chains(r, &r->ns->legacy, older, filter, nat);
	add_chains(r, &r->ns->chains, older, filter, nat);
}

static bool is_tied(const chain_list *list)
{
	for (size_t i = 1; i < list->n; i++)
		if (list->v[i]->prio == list->v[i - 1]->prio &&
		    !same_table(list->v[i], list->v[i - 1]))
			return true;
	return false;
}

/* --- the packet's state ---------------------------------------------------- */

static enum ct_view ct_of_packet(const struct packet *pkt)
{
	switch (pkt->ct) {
	case CT_NEW:
		return CT_VIEW_NEW;
	case CT_ESTABLISHED:
		return CT_VIEW_ESTABLISHED;
	case CT_UNTRACKED:
		return CT_VIEW_UNTRACKED;
	case CT_INVALID: /* no entry is attached to it, as before conntrack's hook */
		return CT_VIEW_NONE;
	}
	return CT_VIEW_UNKNOWN;
}

/* Where conntrack has its own hook; loopback brings the entry along from the output. */
static bool before_conntrack(const struct fw_run *r)
{
	const struct link *in = r->at->iif ? ns_link(r->ns, r->at->iif) : NULL;

	if (r->at->hook == HOOK_OUTPUT)
		return !r->at->bridge;
	if (r->at->hook != HOOK_PREROUTING && r->at->hook != HOOK_INGRESS)
		return false;
	return !(in && in->flags & IFF_LOOPBACK);
}

static bool any_nat(struct fw_run *r, const nft_chain_list *chains)
{
	vec_each(c, chains)
		if (c->base && is_nat(c) && (!run_has_rules(r, c) || c->rules.n))
			return true;
	return false;
}

/* No nat chain with a rule, and all of them were read: nothing was translated. */
static bool has_no_nat(struct fw_run *r)
{
	const struct ns *ns = r->ns;

	if (ns->error[COLLECT_NFT] || ns->error[COLLECT_LEGACY])
		return false;
	vec_each(t, &ns->legacy_tables)
		if (!t->read && streq(t->name, "nat"))
			return false;
	return !any_nat(r, &ns->chains) && !any_nat(r, &ns->legacy);
}

static void init_state(struct fw_run *r)
{
	struct fw_state *st = &r->st;

	memset(st, 0, sizeof(*st));
	headers_build(&st->h, r->ns, r->at, r->pkt);
	st->mark = r->pkt->mark;
	st->mark_known = ~r->pkt->mark_unknown;
	st->ct = (uint8_t)(before_conntrack(r) ? CT_VIEW_NONE : ct_of_packet(r->pkt));
	st->nat_known = r->pkt->nat_known;
	st->snat = r->pkt->snat;
	st->dnat = r->pkt->dnat;
	if (!st->nat_known && has_no_nat(r)) {
		st->nat_known = true;
		st->snat = st->dnat = false;
	}
	st->ctmark = r->pkt->ctmark & r->pkt->ctmark_known;
	st->ctmark_known = r->pkt->ctmark_known;
	st->sets_written = r->pkt->sets_written;
	if (!r->pkt->reply && (!before_conntrack(r) || r->at->bridge)) {
		st->reply_zone = r->pkt->reply_zone;
		st->zone_unknown = r->pkt->reply_zone_unknown;
	}
	/* a new flow's connection mark is 0 until a rule sets it */
	if (!st->ctmark_known && r->pkt->ct == CT_NEW &&
	    (r->at->hook == HOOK_PREROUTING || r->at->hook == HOOK_OUTPUT))
		st->ctmark_known = ~0u;
}

/*
 * An answer is one only in the zone that its connection expects it in (nf_ct_key_equal(), by the direction of the answer).
 * In another one there is none, or its protocol begins another connection with it. Rules of IP say the zone: at a bridge's
 * hooks they have not been asked yet.
 */
static enum ct_view ct_in_zone(const struct fw_run *r)
{
	const struct fw_state *st = &r->st;
	enum ct_view view = ct_of_packet(r->pkt);

	if (!r->pkt->reply || view != CT_VIEW_ESTABLISHED || r->at->bridge)
		return view;
	if (st->zone_unknown || r->pkt->reply_zone_unknown)
		return CT_VIEW_UNKNOWN;
	if (r->pkt->reply_zone == st->reply_zone)
		return view;
	return r->pkt->proto == PROTO_UDP ? CT_VIEW_UNKNOWN : CT_VIEW_NONE;
}

/* Conntrack looks once: a zone that is set behind its place comes too late. */
static void enter_conntrack(struct fw_run *r, int32_t prio)
{
	if (r->tracked || r->st.ct != CT_VIEW_NONE || r->at->hook == HOOK_INGRESS || prio <= NF_IP_PRI_CONNTRACK)
		return;
	r->st.ct = (uint8_t)ct_in_zone(r);
	r->tracked = true;
	r->other_zone = r->pkt->ct == CT_ESTABLISHED && r->st.ct == CT_VIEW_NONE;
	r->zone_open = r->pkt->reply && r->st.ct == CT_VIEW_UNKNOWN;
}

/* --- together -------------------------------------------------------------- */

static const char untracked_unknown[] = "whether conntrack tracks it (notrack)";
static const char zone_unknown[] = "whether conntrack looks for its connection in the zone where that is (ct zone)";

/* At ingress chains of inet tables see packets as at their other hooks (nft_do_chain_inet_ingress()). */
static uint8_t chain_pf(const struct fw_run *r, const struct nft_chain *c)
{
	if (r->at->hook != HOOK_INGRESS || c->family != NFPROTO_INET)
		return r->pf;
	return r->st.h.family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
}

/* One base chain. Returns whether the packet may go on. */
static bool run_chain(struct fw_run *r, const struct nft_chain *c, struct fw_result *ret)
{
	uint8_t pf = r->pf;
	struct fw_outcome o;

	r->pf = chain_pf(r, c);
	chain_run(r, c, &o);
	r->pf = pf;
	if (o.state_unknown && !ret->why)
		ret->why = o.trail.why;
	if (o.drop && !o.accept) {
		ret->either = o.either || ret->verdict == FW_UNKNOWN;
		ret->verdict = FW_DROP;
		ret->reject = o.reject;
		ret->base = c;
		ret->chain = o.chain;
		ret->handle = o.handle;
		return false;
	}
	if (o.drop && ret->verdict != FW_UNKNOWN) {
		ret->verdict = FW_UNKNOWN;
		ret->base = c;
		ret->chain = o.trail.chain ? o.trail.chain : c;
		ret->handle = o.trail.handle;
		ret->why = o.trail.why;
	}
	memcpy(&r->st, &o.after, sizeof(r->st));
	return true;
}

/* At its own priority conntrack comes before or after others, by who was there first. */
static bool run_filter(struct fw_run *r, const struct nft_chain *c, struct fw_result *ret)
{
	bool either = r->st.ct == CT_VIEW_NONE && c->prio == NF_IP_PRI_CONNTRACK;
	bool on;

	enter_conntrack(r, c->prio);
	if (either)
		r->st.ct = CT_VIEW_UNKNOWN;
	on = run_chain(r, c, ret);
	if (either)
		r->st.ct = CT_VIEW_NONE;
	return on;
}

/* The hooks at which destinations are translated, or answers to translated sources back. */
static bool is_dst_hook(enum hook h)
{
	return h == HOOK_PREROUTING || h == HOOK_OUTPUT;
}

/* A known flow's packets are translated, or back, where nat chains would see its first one. */
static void translate_known(struct fw_run *r, struct headers *h)
{
	if (r->st.ct == CT_VIEW_ESTABLISHED && addr_is_set(&r->pkt->undo))
		headers_translate(h, is_dst_hook(r->at->hook), &r->pkt->undo, r->pkt->undo_port);
}

/*
 * Whether nat chains see the packet at all is not known: what they would do is no more than
 * possible.
 */
static bool maybe_nat(struct fw_run *r, const chain_list *nat, struct fw_result *ret);

/*
 * Nat chains see only what conntrack has seen (nf_nat_inet_fn()), which a chain that translates nothing does not ask
 * for: where no rule does, a drop there is no more than possible.
 */
static bool is_open_drop(struct fw_run *r, struct fw_result *ret)
{
	if (run_asks_for_conntrack(r))
		return false;
	ret->verdict = FW_UNKNOWN;
	ret->why = "whether anything here tracks connections, for a nat chain to see it";
	return true;
}

/*
 * All nat chains of a hook run at one priority, whatever their own, which
 * orders them; the first translation ends it (nf_nat_inet_fn(), net/netfilter/nf_nat_core.c).
 */
static bool run_nat(struct fw_run *r, const chain_list *nat, struct fw_result *ret)
{
	if (r->st.ct == CT_VIEW_UNKNOWN && r->pkt->ct == CT_NEW && !r->pkt->reply)
		return maybe_nat(r, nat, ret);
	translate_known(r, &r->st.h);
	if (r->st.ct != CT_VIEW_NEW || r->pkt->reply)
		return true;
	for (size_t i = 0; i < nat->n; i++) {
		struct fw_state before = r->st;

		if (!run_chain(r, nat->v[i], ret)) {
			if (!is_open_drop(r, ret))
				return false;
			memcpy(&r->st, &before, sizeof(before));
		}
		if (r->st.nat_unknown && !ret->why)
			ret->why = r->why;
		if (r->st.nat.kind != NAT_NONE || r->st.nat_unknown)
			break;
	}
	return true;
}

static bool maybe_nat(struct fw_run *r, const chain_list *nat, struct fw_result *ret)
{
	struct fw_state before = r->st;
	struct fw_result alone = { .verdict = FW_ACCEPT };

	r->st.ct = CT_VIEW_NEW;
	if ((!run_nat(r, nat, &alone) || alone.verdict == FW_UNKNOWN) &&
	    ret->verdict != FW_UNKNOWN) {
		*ret = alone;
		ret->verdict = FW_UNKNOWN;
		ret->why = untracked_unknown;
	}
	if (r->st.nat.kind != NAT_NONE || r->st.nat_unknown) {
		before.nat_unknown = true;
		ret->why = ret->why ? ret->why : untracked_unknown;
	}
	memcpy(&r->st, &before, sizeof(before));
	return true;
}

static int32_t nat_priority(enum hook h)
{
	return is_dst_hook(h) ? NF_IP_PRI_NAT_DST : NF_IP_PRI_NAT_SRC;
}

static void run_hook(struct fw_run *r, const chain_list *filter, const chain_list *nat,
		     struct fw_result *ret)
{
	int32_t nat_prio = nat_priority(r->at->hook);
	bool nat_done = !nat->n && !addr_is_set(&r->pkt->undo);

	for (size_t i = 0; i < filter->n; i++) {
		if (!nat_done && filter->v[i]->prio >= nat_prio) {
			enter_conntrack(r, nat_prio);
			nat_done = true;
			if (!run_nat(r, nat, ret))
				return;
		}
		if (!run_filter(r, filter->v[i], ret))
			return;
	}
	if (!nat_done) {
		enter_conntrack(r, nat_prio);
		if (!run_nat(r, nat, ret))
			return;
	}
	/* also where no chain comes behind it */
	enter_conntrack(r, INT32_MAX);
}

struct fw_run *fw_run_new(const struct snapshot *s, const struct fw_place *at,
			  const struct packet *pkt)
{
	struct fw_run *r = xcalloc(1, sizeof(*r));

	r->s = s;
	r->ns = snapshot_ns(s, at->ns);
	r->at = at;
	r->pkt = pkt;
	r->pf = hook_pf(at, pkt);
	r->ctmark_written = r->conntrack_asked = -1;
	init_state(r);
	return r;
}

/* Rules can rewrite addresses without conntrack (payload set): nobody translates back. */
static bool is_rewritten(struct fw_run *r)
{
	struct headers as_was;
	struct addr a, b;
	uint16_t p = 0, q = 0;

	headers_build(&as_was, r->ns, r->at, r->pkt);
	if (r->st.nat.kind != NAT_NONE)
		headers_translate(&as_was, r->st.nat.kind == NAT_DEST, &r->st.nat.addr,
				  r->st.nat.port);
	translate_known(r, &as_was);
	for (int dst = 0; dst < 2; dst++) {
		if (headers_addr(&as_was, dst, &a) &&
		    (!headers_addr(&r->st.h, dst, &b) || !addr_eq(&a, &b)))
			return true;
		if (headers_port(&as_was, dst, &p) && (!headers_port(&r->st.h, dst, &q) || p != q))
			return true;
	}
	return false;
}

static void note_header(const struct fw_run *r, struct fw_result *ret)
{
	headers_service(&r->st.h, &ret->tos, &ret->tos_known);
	ret->ttl = headers_ttl(&r->st.h);
}

void fw_leave(const struct fw_result *r, struct packet *pkt)
{
	pkt->mark = r->mark;
	pkt->mark_unknown = r->mark_unknown;
	pkt->ctmark = r->ctmark;
	pkt->ctmark_known = r->ctmark_known;
	pkt->sets_written = r->sets_written;
	if (r->other_zone)
		pkt->ct = CT_INVALID;
	if (!pkt->reply) {
		pkt->reply_zone = r->reply_zone;
		pkt->reply_zone_unknown = r->reply_zone_unknown;
	}
	pkt->ttl = r->ttl;
	pkt->has_tos = true;
	pkt->tos = r->tos;
	pkt->tos_known = r->tos_known;
	if (r->notrack)
		pkt->ct = CT_UNTRACKED;
}

/* Returns whether it could be in another order. */
static bool eval_in_order(const struct snapshot *s, const struct fw_place *at,
			  const struct packet *pkt, bool older, struct fw_result *ret)
{
	struct fw_run *r = fw_run_new(s, at, pkt);
	chain_list filter = { 0 }, nat = { 0 };
	bool tied;

	memset(ret, 0, sizeof(*ret));
	ret->verdict = FW_ACCEPT;
	list_chains(r, older, &filter, &nat);
	tied = is_tied(&filter) || is_tied(&nat);
	run_hook(r, &filter, &nat, ret);

	if (ret->verdict == FW_ACCEPT && r->st.ct == CT_VIEW_UNKNOWN) {
		ret->verdict = FW_UNKNOWN;
		ret->why = r->zone_open ? zone_unknown : untracked_unknown;
	}
	ret->nat = r->st.nat;
	ret->nat_chain = r->st.nat_chain;
	ret->nat_handle = r->st.nat_handle;
	ret->nat_unknown = r->st.nat_unknown;
	if (!ret->nat_unknown && ret->verdict != FW_DROP && is_rewritten(r)) {
		ret->nat_unknown = true;
		ret->why = "a rule rewrites the packet's addresses";
	}
	ret->mark = r->st.mark & r->st.mark_known;
	ret->mark_unknown = ~r->st.mark_known;
	ret->ctmark = r->st.ctmark & r->st.ctmark_known;
	ret->ctmark_known = r->st.ctmark_known;
	ret->sets_written = r->st.sets_written;
	ret->reply_zone = r->st.reply_zone;
	ret->reply_zone_unknown = r->st.zone_unknown;
	ret->other_zone = r->other_zone;
	note_header(r, ret);
	ret->notrack = r->st.notrack;
	ret->notrack_chain = r->st.notrack_chain;
	ret->notrack_handle = r->st.notrack_handle;
	if (ret->verdict != FW_UNKNOWN && !ret->nat_unknown)
		ret->why = NULL;
	else if (!ret->why)
		ret->why = "a match that is not known";
	vec_free(&filter);
	vec_free(&nat);
	free(r);
	return tied;
}

static bool same_nat(const struct fw_result *a, const struct fw_result *b)
{
	return a->nat_unknown == b->nat_unknown && a->nat.kind == b->nat.kind &&
	       a->nat.port == b->nat.port && addr_eq(&a->nat.addr, &b->nat.addr);
}

/* What holds in both orders. */
static void merge_orders(struct fw_result *a, const struct fw_result *b)
{
	static const char why[] = "which of several tables at one priority comes first";

	if (a->verdict == FW_DROP && b->verdict == FW_DROP)
		a->either |= b->either || a->chain != b->chain || a->handle != b->handle;
	if (a->verdict == FW_DROP && b->verdict == FW_DROP && b->base->legacy) {
		a->legacy_base = b->base;
		a->legacy_chain = b->chain;
		a->legacy_handle = b->handle;
	}
	if (a->verdict != b->verdict ||
	    (a->verdict == FW_ACCEPT && (a->notrack != b->notrack || a->other_zone != b->other_zone))) {
		a->verdict = FW_UNKNOWN;
		a->why = why;
	}
	a->notrack &= b->notrack;
	if (a->notrack_chain != b->notrack_chain || a->notrack_handle != b->notrack_handle)
		a->notrack_chain = NULL;
	if (!same_nat(a, b)) {
		a->nat = (struct nat){ 0 };
		a->nat_unknown = true;
		a->why = a->why ? a->why : why;
	}
	if (a->nat_chain != b->nat_chain || a->nat_handle != b->nat_handle)
		a->nat_chain = NULL;
	a->mark_unknown |= b->mark_unknown | (a->mark ^ b->mark);
	a->mark &= ~a->mark_unknown;
	a->ctmark_known &= b->ctmark_known & ~(a->ctmark ^ b->ctmark);
	a->ctmark &= a->ctmark_known;
	a->sets_written |= b->sets_written;
	a->other_zone &= b->other_zone;
	a->reply_zone_unknown |= b->reply_zone_unknown || a->reply_zone != b->reply_zone;
	a->ttl = a->ttl == b->ttl ? a->ttl : 0;
	a->tos_known &= b->tos_known & (uint8_t)~(a->tos ^ b->tos);
	a->tos &= a->tos_known;
}

void fw_eval(const struct snapshot *s, const struct fw_place *at, const struct packet *pkt,
	     struct fw_result *ret)
{
	struct fw_result other;

	if (!eval_in_order(s, at, pkt, false, ret))
		return;
	eval_in_order(s, at, pkt, true, &other);
	merge_orders(ret, &other);
}
