/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * near - rules that would have translated or accepted it but for one condition or two
 *
 * Each rule is run expression by expression as if every condition held; those
 * that do not are counted and named.
 */
#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "firewall/decode.h"
#include "firewall/eval.h"
#include "firewall/ref.h"

#define FAILED_MAX 2

struct miss {
	const struct nft_chain *chain;
	const struct nft_rule *rule;
	size_t failed[FAILED_MAX]; /* expressions */
	size_t n_failed;
};

/* Runs a rule as if all of it matched, and notes what does not; false where that is too much. */
static bool run_rule(struct fw_run *r, const struct nft_rule *rule, struct miss *m)
{
	struct nftnl_expr_iter *it = nftnl_expr_iter_create(nft_rule_code(r->s, rule));
	struct nftnl_expr *e;
	bool near = true;
	size_t i = 0;

	memset(&r->regs, 0, sizeof(r->regs));
	r->verdict = (struct fw_verdict_code){ .code = NFT_CONTINUE };
	while (near && r->verdict.code == NFT_CONTINUE && (e = nftnl_expr_iter_next(it))) {
		if (expr_eval(r, e) == TRI_NO) {
			near = m->n_failed < FAILED_MAX;
			if (near)
				m->failed[m->n_failed++] = i;
		}
		i++;
	}
	nftnl_expr_iter_destroy(it);
	return near;
}

static const char *protocol_of(const struct packet *pkt)
{
	const char *name = ip_proto_name(proto_number(pkt->proto, pkt->dst.family));

	return name ? name : "another protocol";
}

static void say_instead(struct strbuf *b, const struct fw_run *r, const struct cond *c)
{
	uint8_t family = r->st.h.family;
	bool src = cond_is_addr(c, family, false), dst = cond_is_addr(c, family, true);

	if (src || dst)
		strbuf_printf(b, ", but the packet's %s is %s", src ? "source" : "destination",
			      addr_text(src ? &r->pkt->src : &r->pkt->dst).s);
	else if (c->source == COND_META &&
		 (c->key == NFT_META_OIFNAME || c->key == NFT_META_OIF))
		strbuf_printf(b, ", but the packet leaves by %s", ns_ifname(r->ns, run_oif(r)).s);
	else if (c->source == COND_META &&
		 (c->key == NFT_META_IIFNAME || c->key == NFT_META_IIF) && run_iif(r))
		strbuf_printf(b, ", but the packet came in by %s", ns_ifname(r->ns, run_iif(r)).s);
	else if (cond_is_port(c, true) && r->pkt->dport)
		strbuf_printf(b, ", but the packet is for port %u", r->pkt->dport);
	else if (c->source == COND_META && c->key == NFT_META_L4PROTO)
		strbuf_printf(b, ", but the packet is %s", protocol_of(r->pkt));
	else if (c->source == COND_META && c->key == NFT_META_MARK)
		strbuf_printf(b, ", but the packet's mark is 0x%x", r->pkt->mark);
	else
		strbuf_puts(b, " does not match");
}

static const struct cond *cond_at(const struct decoded *d, size_t index)
{
	vec_each(c, &d->conds)
		if (index >= c->first && index <= c->last)
			return c;
	return NULL;
}

static void say_condition(struct strbuf *b, const struct fw_run *r, const struct decoded *d,
			  const struct cond *c, bool iptables)
{
	_cleanup_(strbuf_done) struct strbuf words = { 0 };
	const char *text;

	if (iptables)
		iptables_cond(&words, c, r->st.h.family, r->ns);
	else
		nft_cond(&words, d, c, r->st.h.family);
	text = strbuf_str(&words);
	strbuf_puts(b, text + strspn(text, " "));
	say_instead(b, r, c);
}

static char *say_why(const struct fw_run *r, const struct miss *m, bool iptables)
{
	struct strbuf b = { 0 };
	struct decoded d;

	rule_decode(nft_rule_code(r->s, m->rule), &d);
	for (size_t i = 0; i < m->n_failed; i++) {
		const struct cond *c = cond_at(&d, m->failed[i]);

		strbuf_puts(&b, b.n ? "; " : "");
		if (c)
			say_condition(&b, r, &d, c, iptables);
		else
			strbuf_puts(&b, "a condition does not match");
	}
	decoded_done(&d);
	return strbuf_take(&b);
}

static void describe(const struct fw_run *r, const struct miss *m, struct near_miss *ret)
{
	bool iptables = fw_is_iptables(r->s, r->at->ns, m->chain);
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	const char *words;

	if (iptables)
		iptables_rule(&text, nft_rule_code(r->s, m->rule), r->st.h.family, r->ns);
	else
		nft_rule(&text, nft_rule_code(r->s, m->rule), r->st.h.family);
	words = strbuf_str(&text);
	ret->rule = xasprintf("%s %s %s %s%llu \"%s\"", fw_family_name(m->chain->family),
			      m->chain->table, m->chain->name, m->chain->legacy ? "" : "handle ",
			      (unsigned long long)m->rule->handle, words + strspn(words, " "));
	ret->why = say_why(r, m, iptables);
}

typedef VEC(struct miss) miss_list;

static void collect_chain(struct fw_run *r, const struct fw_state *start,
			  const struct nft_chain *c, enum nat_kind kind, miss_list *misses)
{
	r->chain = r->base = c;
	/* of a large ruleset only what the packet met is looked at */
	if (c->unread && run_reads_all(r))
		run_has_rules(r, c);
	vec_each(rule, &c->rules) {
		struct miss m = { .chain = c, .rule = rule };

		if (!nft_rule_code(r->s, rule))
			continue;
		memcpy(&r->st, start, sizeof(r->st));
		if (run_rule(r, rule, &m) && m.n_failed && r->st.nat.kind == kind)
			vec_push(misses, m);
	}
}

/* The nearest first. */
static size_t describe_all(const struct fw_run *r, const miss_list *misses, struct near_miss *ret,
			   size_t max)
{
	size_t n = 0;

	for (size_t failed = 1; failed <= FAILED_MAX; failed++)
		vec_each(m, misses)
			if (m->n_failed == failed && n < max)
				describe(r, m, &ret[n++]);
	return n;
}

size_t fw_nat_near_misses(const struct snapshot *s, const struct fw_place *at,
			  const struct packet *pkt, enum nat_kind kind,
			  struct near_miss *ret_misses, size_t max)
{
	struct fw_run *r = fw_run_new(s, at, pkt);
	struct fw_state start = r->st;
	miss_list misses = { 0 };
	size_t n;

	vec_each(c, &r->ns->chains)
		if (fw_is_nat_table(r->ns, c, r->pf, at->hook))
			collect_chain(r, &start, c, kind, &misses);
	vec_each(c, &r->ns->legacy)
		if (fw_is_nat_table(r->ns, c, r->pf, at->hook))
			collect_chain(r, &start, c, kind, &misses);
	memcpy(&r->st, &start, sizeof(start));
	n = describe_all(r, &misses, ret_misses, max);
	vec_free(&misses);
	free(r);
	return n;
}

/* --- accepts --------------------------------------------------------------- */

#define WALK_DEPTH 16
#define WALK_RULES 20000

struct walk {
	struct fw_run *r;
	const struct nft_chain *drop; /* where it ends … */
	uint64_t handle;              /* … by this rule; 0: by the policy */
	bool reached;
	unsigned int budget;
	miss_list misses;
};

/* By conntrack's state answers are told from questions: no accept of the one is meant for the other. */
static bool is_state(const struct cond *c)
{
	const char *name = c->source == COND_MATCH ? nftnl_expr_get_str(c->expr, NFTNL_EXPR_MT_NAME)
						   : NULL;

	return (c->source == COND_CT && c->key == NFT_CT_STATE) ||
	       (name && (streq(name, "conntrack") || streq(name, "state")));
}

static bool has_failed(const struct miss *m, const struct cond *c)
{
	for (size_t i = 0; i < m->n_failed; i++)
		if (m->failed[i] >= c->first && m->failed[i] <= c->last)
			return true;
	return false;
}

/* Does something of the packet match that not every rule says, and is the rest more than its state? */
static bool is_for_its_like(const struct fw_run *r, const struct miss *m)
{
	struct decoded d;
	bool holds = false, state = false;

	rule_decode(nft_rule_code(r->s, m->rule), &d);
	vec_each(c, &d.conds) {
		bool says_much = c->source != COND_MATCH && c->source != COND_LIMIT &&
				 !(c->source == COND_META && c->key == NFT_META_NFPROTO);

		if (has_failed(m, c))
			state |= is_state(c);
		else
			holds |= says_much;
	}
	decoded_done(&d);
	return holds && !state;
}

/* Goes the packet's way to where it is dropped; what would have accepted it on the way is noted. */
static void walk_chain(struct walk *w, const struct nft_chain *c, unsigned int depth)
{
	struct fw_run *r = w->r;

	for (size_t i = 0; i < c->rules.n && !w->reached && w->budget; i++) {
		const struct nft_rule *rule = &c->rules.v[i];
		struct miss m = { .chain = c, .rule = rule };
		struct fw_state before = r->st;
		const struct nft_chain *target;
		bool near;

		w->budget--;
		w->reached = c == w->drop && rule->handle == w->handle;
		if (w->reached || !nft_rule_code(r->s, rule))
			continue;
		r->chain = c;
		near = run_rule(r, rule, &m);
		if (m.n_failed || !near)
			memcpy(&r->st, &before, sizeof(before));
		if (near && m.n_failed && r->verdict.code == NF_ACCEPT && is_for_its_like(r, &m))
			vec_push(&w->misses, m);
		if (!near || m.n_failed || !r->verdict.chain || depth == WALK_DEPTH)
			continue;
		target = chain_beside(r->ns, c, r->verdict.chain);
		if (target)
			walk_chain(w, target, depth + 1);
	}
	if (c == w->drop && !w->handle)
		w->reached = true;
}

size_t fw_accept_near_misses(const struct snapshot *s, const struct fw_place *at,
			     const struct packet *pkt, const struct nft_chain *chain,
			     uint64_t handle, struct near_miss *ret_misses, size_t max)
{
	struct walk w = { .r = fw_run_new(s, at, pkt), .drop = chain, .handle = handle };
	struct fw_state start = w.r->st;
	size_t n = 0;

	vec_each(base, chains_beside(w.r->ns, chain)) {
		if (!base->base || base->family != chain->family || !streq(base->table, chain->table))
			continue;
		memcpy(&w.r->st, &start, sizeof(start));
		w.r->base = base;
		w.budget = WALK_RULES;
		w.misses.n = 0;
		walk_chain(&w, base, 0);
		if (w.reached) {
			memcpy(&w.r->st, &start, sizeof(start));
			n = describe_all(w.r, &w.misses, ret_misses, max);
			break;
		}
	}
	vec_free(&w.misses);
	free(w.r);
	return n;
}
