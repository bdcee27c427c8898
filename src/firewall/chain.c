/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chain - one base chain and all that it jumps to, as nft_do_chain() walks them
 *
 * (net/netfilter/nf_tables_core.c.) Where a match is not known, the way with
 * it is walked first and the way without it is kept for later. A way that
 * comes to where another one waits, in the same state, ends there: so rules
 * that decide nothing cost nothing, and the number of ways stays small.
 */
#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "firewall/eval.h"

#define JUMP_DEPTH 16       /* NFT_JUMP_STACK_SIZE */
#define WAITING_MAX 256
#define STEPS_MAX 200000

struct position {
	const struct nft_chain *chain;
	size_t next;         /* index of the rule to run next */
};

struct way {
	struct position stack[JUMP_DEPTH + 1];
	size_t depth;        /* stack[depth] is where it is */
	struct fw_state st;
	struct fw_trail trail; /* the last match that was not known */
};

struct walk {
	struct fw_run *r;
	struct fw_outcome *out;
	VEC(struct way) waiting;
	bool first_set;
	struct fw_trail first;
	bool first_drop;     /* the first end was a drop */
};

static void merge_bytes(uint8_t *data, uint8_t *known, const uint8_t *data2, const uint8_t *known2,
			size_t len)
{
	for (size_t i = 0; i < len; i++)
		known[i] &= (uint8_t)(known2[i] & ~(data[i] ^ data2[i]));
}

/* What is the same either way stays known. */
static void merge_state(struct fw_outcome *out, const struct fw_state *b)
{
	struct fw_state *a = &out->after;

	if (memcmp(a, b, sizeof(*a)) == 0)
		return;
	merge_bytes(a->h.data, a->h.known, b->h.data, b->h.known, sizeof(a->h.data));
	merge_bytes(a->h.ll, a->h.ll_known, b->h.ll, b->h.ll_known, sizeof(a->h.ll));
	a->mark_known &= b->mark_known & ~(a->mark ^ b->mark);
	a->ctmark_known &= b->ctmark_known & ~(a->ctmark ^ b->ctmark);
	a->sets_written |= b->sets_written;
	a->notrack &= b->notrack;
	a->zone_unknown |= b->zone_unknown || a->reply_zone != b->reply_zone;
	if (a->templated != b->templated)
		a->templated = TRI_MAYBE;
	if (a->ct != b->ct)
		a->ct = CT_VIEW_UNKNOWN;
	if (a->snat != b->snat || a->dnat != b->dnat || a->nat_known != b->nat_known)
		a->nat_known = false;
	if (memcmp(&a->nat, &b->nat, sizeof(a->nat)) != 0 || a->nat_unknown != b->nat_unknown) {
		memset(&a->nat, 0, sizeof(a->nat));
		a->nat_unknown = true;
		out->state_unknown = true;
	}
	if (a->nat_chain != b->nat_chain || a->nat_handle != b->nat_handle) {
		a->nat_chain = NULL;
		a->nat_handle = 0;
	}
	if (a->notrack_chain != b->notrack_chain || a->notrack_handle != b->notrack_handle) {
		a->notrack_chain = NULL;
		a->notrack_handle = 0;
	}
}

static void note_first(struct walk *w, const struct fw_trail *trail, bool drop)
{
	if (!w->first_set) {
		w->first_set = true;
		w->first = *trail;
		w->first_drop = drop;
	} else if (drop != w->first_drop || w->out->state_unknown) {
		/* the earliest way has its trail from the match that set it apart */
		if (!w->out->trail.why)
			w->out->trail = w->first.why ? w->first : *trail;
	}
}

static void end_accept(struct walk *w, const struct way *way)
{
	if (w->out->accept)
		merge_state(w->out, &way->st);
	else
		memcpy(&w->out->after, &way->st, sizeof(way->st));
	w->out->accept = true;
	note_first(w, &way->trail, false);
}

static void end_drop(struct walk *w, const struct way *way, const struct nft_chain *chain,
		     uint64_t handle, bool reject)
{
	if (!w->out->drop) {
		w->out->chain = chain;
		w->out->handle = handle;
		w->out->reject = reject;
	} else if (w->out->chain != chain || w->out->handle != handle) {
		w->out->either = true;
	}
	w->out->drop = true;
	note_first(w, &way->trail, true);
}

/* Accepted or dropped, nobody knows. */
static void end_unknown(struct walk *w, const struct way *way, const struct nft_chain *chain,
			uint64_t handle, const char *why)
{
	struct way end = *way;

	end.trail = (struct fw_trail){ chain, handle, why };
	end_drop(w, &end, chain, handle, false);
	end_accept(w, &end);
	if (!w->out->trail.why)
		w->out->trail = end.trail;
}

static bool same_way(const struct way *a, const struct way *b)
{
	if (a->depth != b->depth)
		return false;
	for (size_t i = a->depth + 1; i-- > 0;)
		if (a->stack[i].chain != b->stack[i].chain || a->stack[i].next != b->stack[i].next)
			return false;
	return memcmp(&a->st, &b->st, sizeof(a->st)) == 0;
}

static bool somebody_waits_here(const struct walk *w, const struct way *way)
{
	vec_each(other, &w->waiting)
		if (same_way(other, way))
			return true;
	return false;
}

/* Returns false where too many wait. */
static bool wait_here(struct walk *w, const struct way *way)
{
	if (somebody_waits_here(w, way))
		return true;
	if (w->waiting.n >= WAITING_MAX)
		return false;
	vec_push(&w->waiting, *way);
	return true;
}

/* Follows a verdict. Returns whether the way goes on. */
static bool follow(struct walk *w, struct way *way, const struct nft_chain *chain, uint64_t handle,
		   const struct fw_verdict_code *v, const char *why)
{
	const struct nft_chain *target;

	switch (v->code) {
	case NF_ACCEPT:
		end_accept(w, way);
		return false;
	case NF_DROP:
		end_drop(w, way, chain, handle, v->reject);
		return false;
	case NFT_CONTINUE:
	case NFT_BREAK:
		return true;
	case NFT_RETURN:
		way->stack[way->depth].next = chain->rules.n;
		return true;
	case NFT_JUMP:
	case NFT_GOTO:
		target = v->chain ? fw_target(w->r->s, w->r->at->ns, chain, v->chain) : NULL;
		if (!target || (v->code == NFT_JUMP && way->depth == JUMP_DEPTH)) {
			end_unknown(w, way, chain, handle, "a chain that could not be read");
			return false;
		}
		if (v->code == NFT_JUMP)
			way->depth++;
		way->stack[way->depth] = (struct position){ .chain = target };
		return true;
	default:
		end_unknown(w, way, chain, handle, v->code == VERDICT_UNKNOWN && why ? why :
			    "what happens to it outside of the firewall (queue, stolen)");
		return false;
	}
}

/*
 * Runs a rule's expressions over way. The ways on which an unknown match
 * fails are left waiting at the next rule. Returns false where none goes on here.
 */
static bool run_expressions(struct walk *w, struct way *way, const struct nft_chain *chain,
			    const struct nft_rule *rule)
{
	struct fw_run *r = w->r;
	struct nftnl_expr_iter *it = nftnl_expr_iter_create(nft_rule_code(w->r->s, rule));
	struct nftnl_expr *e;
	bool on = true;

	while (on && r->verdict.code == NFT_CONTINUE && (e = nftnl_expr_iter_next(it))) {
		enum tri t = expr_eval(r, e);

		if (t == TRI_NO)
			break;
		if (t == TRI_YES)
			continue;
		/* what answers so leaves the same state either way */
		way->trail = (struct fw_trail){ chain, rule->handle, r->why };
		memcpy(&way->st, &r->st, sizeof(way->st));
		if (!wait_here(w, way)) {
			end_unknown(w, way, chain, rule->handle,
				    "too many matches that are not known");
			on = false;
		}
	}
	nftnl_expr_iter_destroy(it);
	return on;
}

/* Most of the rules of a large chain are for other addresses. */
static bool is_for_others(const struct way *way, const struct nft_rule *rule)
{
	const struct nft_field *f = &rule->field;
	uint8_t data[NFT_FIELD_MAX], known[NFT_FIELD_MAX];
	enum tri there;

	if (!f->value)
		return false;
	there = headers_read(&way->st.h, HEADER_NETWORK, f->offset, f->len, data, known);
	return there == TRI_NO ||
	       (there == TRI_YES && bytes_equal(data, known, f->value, f->len) == TRI_NO);
}

static bool run_rule(struct walk *w, struct way *way, const struct nft_chain *chain,
		     const struct nft_rule *rule)
{
	struct fw_run *r = w->r;

	memset(&r->regs, 0, sizeof(r->regs));
	r->verdict = (struct fw_verdict_code){ .code = NFT_CONTINUE };
	r->n_alternatives = 0;
	r->why = NULL;
	r->chain = chain;
	r->handle = rule->handle;
	memcpy(&r->st, &way->st, sizeof(r->st));
	if (!nft_rule_code(r->s, rule)) {
		end_unknown(w, way, chain, rule->handle, "a rule that cannot be decoded");
		return false;
	}
	if (!run_expressions(w, way, chain, rule))
		return false;
	memcpy(&way->st, &r->st, sizeof(r->st));
	for (size_t i = 0; i < r->n_alternatives; i++) {
		struct way other = *way;

		if (follow(w, &other, chain, rule->handle, &r->alternative[i], r->why))
			wait_here(w, &other);
	}
	return follow(w, way, chain, rule->handle, &r->verdict, r->why);
}

/* One step of a way: a rule, the end of a chain, the policy. Returns whether it goes on. */
static bool step(struct walk *w, struct way *way)
{
	struct position *p = &way->stack[way->depth];

	if (!run_has_rules(w->r, p->chain)) {
		end_unknown(w, way, p->chain, 0, w->r->why);
		return false;
	}
	if (p->next < p->chain->rules.n) {
		const struct nft_rule *rule = &p->chain->rules.v[p->next++];

		if (is_for_others(way, rule))
			return true;
		return run_rule(w, way, p->chain, rule);
	}
	if (way->depth) {
		way->depth--;
		return true;
	}
	if (w->r->base->policy == NF_DROP)
		end_drop(w, way, w->r->base, 0, false);
	else
		end_accept(w, way);
	return false;
}

static void run_way(struct walk *w, struct way *way)
{
	do {
		if (!w->r->steps) {
			end_unknown(w, way, w->r->base, 0,
				    "a ruleset that takes too long to follow");
			w->waiting.n = 0;
			return;
		}
		w->r->steps--;
	} while (step(w, way) && !(w->waiting.n && somebody_waits_here(w, way)));
}

void chain_run(struct fw_run *r, const struct nft_chain *base, struct fw_outcome *ret)
{
	struct walk w = { .r = r, .out = ret };
	struct way way = { 0 };

	memset(ret, 0, sizeof(*ret));
	r->base = base;
	r->steps = STEPS_MAX;
	way.stack[0].chain = base;
	memcpy(&way.st, &r->st, sizeof(way.st));
	run_way(&w, &way);
	while (w.waiting.n) {
		way = w.waiting.v[--w.waiting.n];
		run_way(&w, &way);
	}
	vec_free(&w.waiting);
}
