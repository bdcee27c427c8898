/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter - netfilter drops, one code per hook
 *
 * The kernel's rule trace names the rule. Without a trace the model does; of
 * legacy iptables there is none, but the rule's counter. What none of them can
 * see (tables that could not be read) is at most possible.
 */

#include <stdio.h>

#include "faults/groups.h"
#include "faults/nd.h"
#include "faults/say.h"
#include "firewall/build.h"

#include <linux/netfilter.h>
#include <netinet/in.h>

/* Where a drop happened. */
struct drop {
	const char *code;
	int ns;
	enum hook hook;
	const struct nft_chain *chain; /* the chain of the rule; NULL: not known */
	uint64_t handle;               /* 0: policy */
	bool traced, reject;
	bool queued;                   /* to a program that is not there */
	const struct rule_count *count; /* of a legacy rule, while the probes were under way; or NULL */
	struct fw_place at;
	bool nd;                       /* not the packet, but what finds its next hop */
	struct addr target;            /* with nd: the next hop */
	struct packet pkt;             /* as it came to the hook */
	int iif, oif;
};

static const char *code_of(uint8_t family, enum hook hook)
{
	if (family == NFPROTO_NETDEV || hook == HOOK_INGRESS || hook == HOOK_EGRESS)
		return "ingress-drop";
	if (family == NFPROTO_BRIDGE)
		return "bridge-drop";
	switch (hook) {
	case HOOK_PREROUTING:
		return "prerouting-drop";
	case HOOK_INPUT:
		return "input-drop";
	case HOOK_FORWARD:
		return "forward-drop";
	case HOOK_OUTPUT:
		return "output-drop";
	case HOOK_POSTROUTING:
		return "postrouting-drop";
	case HOOK_INGRESS:
	case HOOK_EGRESS:
	case HOOK_COUNT:
		break;
	}
	return "forward-drop";
}

static enum hook hook_of(const struct nft_chain *base)
{
	if (base->family == NFPROTO_NETDEV)
		return base->hook == NF_NETDEV_INGRESS ? HOOK_INGRESS : HOOK_EGRESS;
	switch (base->hook) {
	case NF_INET_PRE_ROUTING:
		return HOOK_PREROUTING;
	case NF_INET_LOCAL_IN:
		return HOOK_INPUT;
	case NF_INET_FORWARD:
		return HOOK_FORWARD;
	case NF_INET_LOCAL_OUT:
		return HOOK_OUTPUT;
	case NF_INET_POST_ROUTING:
		return HOOK_POSTROUTING;
	default:
		return HOOK_INGRESS;
	}
}

/* The base chain in which trace event t fell: its own, or the last one before it of the same walk. */
static const struct nft_chain *base_of(const struct question *q, int index)
{
	const struct observations *obs = q->facts->obs;
	const struct trace_event *t = &obs->traces.v[index];

	for (int i = index; i >= 0; i--) {
		const struct trace_event *e = &obs->traces.v[i];
		const struct nft_chain *c;

		if (e->ns != t->ns || e->id != t->id || e->family != t->family ||
		    !streq(e->table, t->table))
			continue;
		c = ns_chain(snapshot_ns(q->s, e->ns), e->family, e->table, e->chain);
		if (c && c->base)
			return c;
	}
	return NULL;
}

/* The crossing of this leg at a hook, for the packet as the model has it there. */
static const struct crossing *crossing_at(const struct leg *leg, enum hook hook)
{
	for (size_t i = 0; i < leg->n_crossings; i++)
		if (leg->crossings[i].at.hook == hook)
			return &leg->crossings[i];
	return NULL;
}

static bool traced_drop(const struct question *q, struct drop *d)
{
	const struct trace_event *t = &q->facts->obs->traces.v[q->ev->trace];
	const struct nft_chain *base = base_of(q, q->ev->trace);
	const struct crossing *c;

	if (t->ns != q->leg->ns || t->reply != (q->leg->dir == DIR_REPLY) || !base)
		return false;
	c = crossing_at(q->leg, hook_of(base));
	if (!c)
		return false;
	*d = (struct drop){
		.ns = t->ns,
		.hook = hook_of(base),
		.chain = t->type == TRACE_POLICY ?
				 base : fw_chain(q->s, t->ns, t->family, t->table, t->chain),
		.handle = t->type == TRACE_POLICY ? 0 : t->handle,
		.traced = true,
		.reject = c->res.verdict == FW_DROP && c->res.reject,
		.at = c->at,
		.pkt = c->pkt,
		.iif = t->iif ? t->iif : q->leg->iif,
		.oif = t->oif ? t->oif : c->at.oif,
	};
	d->code = code_of(base->family, d->hook);
	return true;
}

static struct drop drop_at(const struct crossing *c, const struct nft_chain *base,
			   const struct nft_chain *chain, uint64_t handle)
{
	return (struct drop){
		.ns = c->at.ns,
		.hook = c->at.hook,
		.chain = handle ? chain : base,
		.handle = handle,
		.reject = c->res.reject,
		.at = c->at,
		.pkt = c->pkt,
		.iif = c->at.iif,
		.oif = c->at.oif,
		.code = code_of(base->family, c->at.hook),
	};
}

static bool modelled_drop(const struct question *q, struct drop *d)
{
	const struct leg *leg = q->leg;

	for (size_t i = 0; i < leg->n_crossings; i++) {
		const struct fw_result *res = &leg->crossings[i].res;

		if (res->verdict != FW_DROP || !res->base)
			continue;
		*d = drop_at(&leg->crossings[i], res->base, res->chain, res->handle);
		return true;
	}
	return false;
}

/* The rule hands it to a program that is not there: the kernel's trace calls that a queue, not a drop. */
static bool queued_drop(const struct question *q, struct drop *d)
{
	if (!modelled_drop(q, d))
		return false;
	vec_each(t, &q->facts->obs->traces)
		if (t->ns == d->ns && t->handle == d->handle && t->family == d->chain->family &&
		    streq(t->table, d->chain->table) && streq(t->chain, d->chain->name) &&
		    t->type == TRACE_RULE && (t->verdict & NF_VERDICT_MASK) == NF_QUEUE && t->verdict > 0)
			d->queued = true;
	return d->queued;
}

static struct drop drop_of_nd(const struct nd_drop *nd)
{
	return (struct drop){
		.ns = nd->at.ns,
		.hook = nd->at.hook,
		.chain = nd->res.handle ? nd->res.chain : nd->res.base,
		.handle = nd->res.handle,
		.reject = nd->res.reject,
		.nd = true,
		.target = nd->target,
		.at = nd->at,
		.pkt = nd->pkt,
		.iif = nd->at.iif,
		.oif = nd->at.oif,
		.code = code_of(nd->res.base->family, nd->at.hook),
	};
}

/* Rules that drop the packet's neighbour solicitation or its answer keep the packet itself from ever being sent. */
static bool nd_drop(const struct question *q, struct drop *d)
{
	struct nd_drop nd;

	if (!(q->leg->kind == LEG_OUTSIDE ? nd_drop_outside(q, &nd) : nd_drop_on(q, &nd)))
		return false;
	*d = drop_of_nd(&nd);
	return true;
}

static const struct rule_count *count_of(const struct question *q, const struct drop *d)
{
	vec_each(c, &q->facts->obs->counts)
		if (c->ns == d->ns && c->family == d->chain->family && c->handle == d->handle &&
		    streq(c->chain, d->chain->name) && streq(c->table, d->chain->table))
			return c;
	return NULL;
}

/* How many packets of the probe are known to have come to the leg that failed. */
static uint64_t arrived(const struct evidence *ev)
{
	return ev->last_point >= 0 ? ev->seen.v[ev->last_point].packets : ev->sent;
}

/* Was the packet lost in a way that a rule can make it get lost? */
static bool lost_by_rule(const struct question *q)
{
	enum loss_kind loss = q->ev->loss;

	return !arp_failed(q) && q->leg->stop == STOP_NONE &&
	       (loss == LOSS_PACKET || loss == LOSS_REJECTED || loss == LOSS_NOT_SENT ||
		loss == LOSS_REFUSED);
}

static bool trace_spoke(const struct question *q)
{
	const struct observations *obs = q->facts->obs;

	return (size_t)q->leg->ns < obs->trace_error.n && obs->trace_error.v[q->leg->ns] == 0 &&
	       !obs->trace_overrun;
}

/* The legacy rule that drops it at this crossing, in the model; false: none does. */
static bool legacy_drop_at(const struct crossing *c, struct drop *d)
{
	const struct fw_result *res = &c->res;

	if (res->verdict != FW_DROP || !res->base)
		return false;
	if (res->base->legacy)
		*d = drop_at(c, res->base, res->chain, res->handle);
	else if (res->legacy_base)
		*d = drop_at(c, res->legacy_base, res->legacy_chain, res->legacy_handle);
	return res->base->legacy || res->legacy_base;
}

/*
 * A drop by a legacy rule, of which no trace tells: the model names it, and the
 * place of loss and the rule's counter have to agree. What the model says of
 * nf_tables before that counts only where there was no trace to say so.
 */
static bool legacy_drop(const struct question *q, struct drop *d)
{
	bool traced = trace_spoke(q);

	for (size_t i = 0; lost_by_rule(q) && i < q->leg->n_crossings; i++) {
		const struct crossing *c = &q->leg->crossings[i];

		if (c->res.verdict == FW_DROP && c->res.base && !c->res.base->legacy && !traced)
			return false;
		if (!legacy_drop_at(c, d))
			continue;
		d->count = count_of(q, d);
		if (!d->count || d->count->error || d->count->packets)
			return true;
	}
	return false;
}

/* The hooks on a leg, the likeliest first; ends with HOOK_COUNT. */
static const enum hook *hooks_of(const struct question *q)
{
	static const enum hook send[] = { HOOK_OUTPUT, HOOK_POSTROUTING, HOOK_COUNT };
	static const enum hook deliver[] = { HOOK_INPUT, HOOK_PREROUTING, HOOK_COUNT };
	static const enum hook forward[] = { HOOK_FORWARD, HOOK_PREROUTING, HOOK_POSTROUTING,
					     HOOK_COUNT };
	static const enum hook bridge_up[] = { HOOK_PREROUTING, HOOK_COUNT };
	static const enum hook none[] = { HOOK_COUNT };
	const struct link *port = ns_link(leg_ns(q), q->leg->iif);
	bool bridge_nf = port && ns_bridge_nf(leg_ns(q), port->master, q->leg->pkt.dst.family);

	switch (q->leg->kind) {
	case LEG_SEND:
		return send;
	case LEG_DELIVER:
		return deliver;
	case LEG_FORWARD:
		return forward;
	case LEG_BRIDGED:
		return bridge_nf ? forward : none;
	case LEG_BRIDGE_UP:
		return bridge_nf ? bridge_up : none;
	case LEG_WIRE:
	case LEG_BRIDGE_DOWN:
	case LEG_OUTSIDE:
	case LEG_ENTER:
	case LEG_LEAVE:
		break;
	}
	return none;
}

/* Rules that the model could not decide, at a hook of this leg; NULL: none. */
static const char *undecided(const struct question *q, enum hook hook)
{
	bool traced = trace_spoke(q);

	for (size_t i = 0; i < q->leg->n_crossings; i++) {
		const struct crossing *c = &q->leg->crossings[i];

		/* what the trace saw it saw: only of legacy rules it tells nothing */
		if (traced && !(c->res.base && c->res.base->legacy))
			continue;
		if (c->at.hook == hook && c->res.verdict == FW_UNKNOWN)
			return c->res.why ? c->res.why : "the rules cannot be decided";
	}
	return NULL;
}

/* Something that is not read may have dropped it: legacy tables, or rules that cannot be known. */
static bool unread_drop(const struct question *q, struct finding *f, const char *code)
{
	const char *legacy = NULL, *why = NULL;
	char object[64];
	const enum hook *h;

	if (!q->ev || !lost_by_rule(q))
		return false;
	/* refused, and never seen: without CAP_NET_ADMIN our requests cannot be told from others */
	if (q->ev->loss == LOSS_REFUSED && q->ev->last_request < 0)
		return false;
	for (h = hooks_of(q); *h != HOOK_COUNT; h++) {
		legacy = fw_legacy(q->s, q->leg->ns, q->leg->pkt.dst.family, *h, false);
		why = legacy ? NULL : undecided(q, *h);
		if (legacy || why)
			break;
	}
	if (*h == HOOK_COUNT || !streq(code, code_of(NFPROTO_INET, *h)))
		return false;
	snprintf(object, sizeof(object), "ip %s", legacy ? legacy : hook_name(*h));
	if (legacy)
		say(f, q->leg->ns, object, "probably a legacy iptables rule of %s drops it (table %s, not read)",
		    who(q, q->leg->ns).s, legacy);
	else
		say(f, q->leg->ns, object, "probably a rule at the %s hook of %s drops it", hook_name(*h),
		    who(q, q->leg->ns).s);
	f->confidence = POSSIBLE;
	say_evidence(f, "it vanishes at the %s hook of %s, and nothing else there explains it",
		     hook_name(*h), who(q, q->leg->ns).s);
	if (why)
		say_evidence(f, "the rules there cannot be decided from outside: %s", why);
	if (legacy)
		say_advice(f, "%s-legacy -t %s -vnL",
			   q->leg->pkt.dst.family == AF_INET6 ? "ip6tables" : "iptables", legacy);
	else
		say_advice(f, "nft -a list ruleset   # the %s hook", hook_name(*h));
	f->mark = "dropped?";
	return true;
}

/* Does the request come in by another interface than answers leave by, as from a misplaced port? It may come by that, too. */
static bool comes_by_another(const struct question *q, const struct drop *d)
{
	const struct fib_query back = { .src = d->pkt.dst, .dst = d->pkt.src, .iif = d->oif };
	struct lookup l;

	/* what comes from outside is let in by the interface that it was asked at only: nothing else limits who may come */
	if (q->leg->kind != LEG_FORWARD || q->leg->dir == DIR_REPLY || q->path->flow.entry || d->nd)
		return false;
	fib_lookup(snapshot_ns(q->s, d->ns), &back, &l);
	return l.error == 0 && l.oif != d->iif;
}

/* The smallest accept for this packet. */
static struct op_match match_of(const struct question *q, const struct drop *d)
{
	struct op_match m = { .iif = comes_by_another(q, d) ? 0 : d->iif, .oif = d->oif };

	if (d->hook == HOOK_INPUT || d->hook == HOOK_PREROUTING)
		m.oif = 0;
	if (d->hook == HOOK_OUTPUT || d->hook == HOOK_POSTROUTING)
		m.iif = 0;
	if (d->nd) { /* whoever asks, on that link: also with a link-local address, when it asks again */
		m.proto = IPPROTO_ICMPV6;
		m.icmp_type = d->pkt.icmp_type;
		return m;
	}
	if (q->leg->dir == DIR_REPLY) {
		/* to whomever outside; a service is published for all */
		if (q->path->flow.entry)
			m.src = prefix_host(&d->pkt.src);
		else
			m.dst = prefix_host(&d->pkt.dst);
		/* an answer that rules keep from being tracked is of no connection */
		m.established = d->pkt.ct == CT_ESTABLISHED;
		return m;
	}
	if (!q->path->flow.entry)
		m.src = prefix_host(&d->pkt.src);
	if (!q->path->outside)
		m.dst = prefix_host(&d->pkt.dst);
	if (q->facts->port_asked && d->pkt.proto != PROTO_ICMP) {
		m.proto = proto_number(d->pkt.proto, d->pkt.dst.family);
		m.dport = d->pkt.dport;
	}
	return m;
}

/* Is it dropped at a hook of IP? */
static bool is_of_ip(const char *code)
{
	return !streq(code, "ingress-drop") && !streq(code, "bridge-drop");
}

static bool fixable(const struct drop *d)
{
	return d->chain && !d->pkt.arp && is_of_ip(d->code);
}

/* Does the policy still drop it with this op done? */
static bool policy_drops(const struct question *q, const struct drop *d, const struct op *op)
{
	_cleanup_(snapshot_freep) struct snapshot *world = snapshot_copy(q->s);
	struct fw_result res;

	if (op_model(world, op) < 0)
		return false;
	fw_eval(world, &d->at, &d->pkt, &res);
	return res.verdict == FW_DROP && !res.handle && res.base &&
	       streq(res.base->name, d->chain->name) && streq(res.base->table, d->chain->table);
}

/*
 * Against a policy an accept stands at the end of its chain; what a goto leads
 * away from there is met only at the beginning.
 */
static bool find_accept(const struct question *q, const struct drop *d, struct op *ret_op)
{
	struct op_match match = match_of(q, d);
	const struct nft_chain *chain;

	if (!fixable(d) || op_accept(q->s, d->ns, d->chain, d->handle, &match, ret_op) < 0)
		return false;
	chain = fw_op_chain(q->s, ret_op);
	if (!d->handle && chain && chain->rules.n && policy_drops(q, d, ret_op))
		op_place_before(q->s, ret_op, chain->rules.v[0].handle);
	return true;
}

static void say_count(const struct question *q, struct finding *f, const struct drop *d)
{
	const char *what = d->handle ? "the rule" : "the policy";

	if (!q->ev || !d->count || d->count->error) {
		f->confidence = LIKELY;
		return;
	}
	say_evidence(f, "%s counted %llu packet%s while the probes were sent", what,
		     (unsigned long long)d->count->packets, d->count->packets == 1 ? "" : "s");
	if (d->count->packets < arrived(q->ev))
		f->confidence = LIKELY;
}

static void say_accept_too(const struct question *q, struct finding *f, const struct drop *nd, const struct drop *d)
{
	struct op op;

	if (d->chain && d->ns == nd->ns && d->handle == nd->handle && d->chain->family == nd->chain->family &&
	    streq(d->chain->table, nd->chain->table) && streq(d->chain->name, nd->chain->name) &&
	    find_accept(q, d, &op))
		*vec_add(&f->ops) = op;
}

/* The rule that drops the solicitation may drop its answer and the packet itself next: one fault, one repair. */
static void say_others_too(const struct question *q, struct finding *f, const struct drop *nd)
{
	struct nd_drop answer;
	struct drop d;

	if (nd_answer_drop_on(q, &answer)) {
		d = drop_of_nd(&answer);
		if (d.pkt.icmp_type != nd->pkt.icmp_type)
			say_accept_too(q, f, nd, &d);
	}
	if (modelled_drop(q, &d))
		say_accept_too(q, f, nd, &d);
}

/* What would have accepted it. */
static void say_nearest(const struct question *q, struct finding *f, const struct drop *d)
{
	struct near_miss misses[2];
	size_t n = fw_accept_near_misses(q->s, &d->at, &d->pkt, d->chain, d->handle, misses,
					 ARRAY_SIZE(misses));

	say_near_misses(f, misses, n);
}

/* By which switch a rule of IP has to do with a packet that is bridged, not routed: that of all bridges, or its own. */
static void bridged_why(const struct question *q, char *buf, size_t size)
{
	const struct ns *ns = leg_ns(q);
	const struct link *port = ns_link(ns, q->leg->iif);
	const char *tables = q->leg->pkt.dst.family == AF_INET6 ? "ip6tables" : "iptables";
	int all = q->leg->pkt.dst.family == AF_INET6 ? ns->bridge_nf_call_ip6tables : ns->bridge_nf_call_iptables;

	if (all > 0 || !port)
		snprintf(buf, size, ", though it is bridged (bridge-nf-call-%s = 1)", tables);
	else
		snprintf(buf, size, ", though it is bridged (nf_call_%s of %s is on)", tables,
			 ifname(q, q->leg->ns, port->master).s);
}

static bool filter_drop(const struct question *q, struct finding *f, const char *code)
{
	char why[96] = "";
	struct drop d;
	struct op op;

	if (q->leg->kind == LEG_OUTSIDE) {
		if (!nd_drop(q, &d))
			return false;
	} else if (q->ev && q->ev->trace >= 0) {
		if (!traced_drop(q, &d))
			return false;
	} else if (q->ev && q->ev->loss != LOSS_UNSEEN && legacy_drop(q, &d)) {
		; /* the trace is silent about it, whatever else it says */
	} else if (nd_drop(q, &d)) {
		;
	} else if (q->ev && queued_drop(q, &d)) {
		;
	} else if (q->ev && (arp_failed(q) || trace_spoke(q))) {
		/* the trace saw every rule and no drop */
		return unread_drop(q, f, code);
	} else if (!modelled_drop(q, &d)) {
		return unread_drop(q, f, code);
	}
	if (!streq(d.code, code) || !d.chain)
		return false;
	fw_rule_ref(q->s, d.ns, d.chain, d.handle, &f->rule);
	f->has_rule = true;
	d.reject = d.reject || (f->rule.text && strcasestr(f->rule.text, "reject"));
	if (q->leg->kind == LEG_BRIDGED && is_of_ip(code))
		bridged_why(q, why, sizeof(why));
	say(f, d.ns, "", "%s of chain %s (%s%s %s) in %s %s %s%s", d.handle ? "a rule" : "the policy",
	    d.chain->name, d.chain->legacy ? "legacy iptables, " : "", f->rule.family,
	    f->rule.table, who(q, d.ns).s,
	    d.reject ? "rejects" : "drops", d.nd ? nd_name(&d.pkt) : "it", why);
	say_rule_object(f);
	if (d.chain->legacy && !d.nd)
		say_count(q, f, &d);
	else if (d.traced)
		say_evidence(f, "the kernel's rule trace of the probe ends there: %s",
			     d.handle ? "verdict drop" : "policy drop");
	else if (d.queued)
		say_evidence(f, "the kernel's rule trace of the probe ends there: no program reads that queue");
	else if (q->leg->kind == LEG_OUTSIDE)
		say_evidence(f, "somebody outside asks for %s by neighbour discovery on %s, and gets no answer",
			     addr_text(&d.target).s, ifname(q, d.ns, q->leg->iif).s);
	else if (d.nd && q->ev)
		say_evidence(f, "%s has to find %s by %s, and the packet was never sent",
			     who(q, sender_of(q) ? sender_of(q)->ns : q->leg->ns).s, addr_text(&d.target).s,
			     d.pkt.arp ? "ARP" : "neighbour discovery");
	else
		f->confidence = LIKELY;
	if (!d.nd)
		say_nearest(q, f, &d);
	f->underway = d.nd;
	f->mark = d.pkt.arp ? "ARP dropped" : d.nd ? "ND dropped" : d.reject ? "rejected" : "dropped";
	if (find_accept(q, &d, &op)) {
		*vec_add(&f->ops) = op;
		if (d.nd)
			say_others_too(q, f, &d);
	} else {
		say_advice(f, "accept it before %s %s %s%s", f->rule.family, f->rule.table,
			   f->rule.chain, d.handle ? ", that rule" : "");
	}
	return true;
}

/* --- what lets only a part pass --- */

/* A rule that accepted another packet of the probe in the table where this one came to its end. */
static bool accepting_limit(const struct question *q, const struct drop *d, struct rule_ref *ret)
{
	const struct trace_event *end = &q->facts->obs->traces.v[q->ev->trace];

	vec_each(t, &q->facts->obs->traces) {
		const struct nft_chain *chain;

		if (t->probe != end->probe || t->ns != end->ns || t->family != end->family ||
		    t->type != TRACE_RULE || t->verdict != NF_ACCEPT || t->reply != end->reply ||
		    !streq(t->table, end->table))
			continue;
		chain = fw_chain(q->s, d->ns, t->family, t->table, t->chain);
		if (!chain)
			continue;
		fw_rule_ref(q->s, d->ns, chain, t->handle, ret);
		if (ret->limits)
			return true;
		rule_ref_done(ret);
	}
	return false;
}

/* Where the model is sure of it, a limit is used up: a quota, whose state the kernel tells. */
static bool limited_drop(const struct question *q, struct drop *d)
{
	if (by_model(q) ? !modelled_drop(q, d) : !q->ev || q->ev->trace < 0 || !traced_drop(q, d))
		return false;
	return d->chain;
}

static bool rate_limited(const struct question *q, struct finding *f)
{
	struct rule_ref rule;
	struct drop d;
	bool drops;

	if (!limited_drop(q, &d))
		return false;
	fw_rule_ref(q->s, d.ns, d.chain, d.handle, &rule);
	drops = rule.limits;
	if (!drops) {
		rule_ref_done(&rule);
		if (by_model(q) || !accepting_limit(q, &d, &rule))
			return false;
	}
	f->rule = rule;
	f->has_rule = true;
	say(f, d.ns, "", drops ? "a rule of chain %s (%s %s) in %s drops what is beyond its limit" :
				 "a rule of chain %s (%s %s) in %s accepts no more than its limit",
	    rule.chain, rule.family, rule.table, who(q, d.ns).s);
	say_rule_object(f);
	if (by_model(q))
		f->confidence = LIKELY;
	else
		say_evidence(f, drops ? "the kernel's rule trace of what was lost ends there" :
					"the kernel's rule trace: what passed was accepted there, what was "
					"lost was not");
	say_advice(f, "ask less often, or raise the limit of that rule");
	f->mark = "limited";
	return true;
}

#define DROP_ROW(name)                                                                         \
	static bool name##_drop(const struct question *q, struct finding *f)                   \
	{                                                                                      \
		return filter_drop(q, f, #name "-drop");                                       \
	}

DROP_ROW(ingress)
DROP_ROW(bridge)
DROP_ROW(prerouting)
DROP_ROW(input)
DROP_ROW(forward)
DROP_ROW(output)
DROP_ROW(postrouting)

/* where bridged packets come to as well, by a switch */
#define BRIDGED " Packets that are bridged come there, too, where bridge-nf-call-iptables or nf_call_iptables of the bridge itself " \
		"is on (in IPv6 those of ip6tables)."

#define ROW(name, where, more, safe)                                                           \
	{ .code = #name "-drop",                                                               \
	  .legs = LEGS_INSIDE | LEG_BIT(LEG_OUTSIDE),                                          \
	  .ask = ASK_SEEN | ASK_MODEL | ASK_TRACE,                                             \
	  .match = name##_drop,                                                                \
	  .safety = safe,                                                                      \
	  .means = "A rule or policy " where " drops or rejects the packet, or lets a flow's " \
		   "first one pass and drops the next ones." more,                             \
	  .proof = "The kernel's rule trace of the probe, with the rule's handle; of legacy "  \
		   "iptables, which no trace shows, the rule's counter; of ARP and neighbour " \
		   "discovery the rules, and that nobody answers.",                            \
	  .fix = safe == SAFETY_MANUAL ? "By whom the rule belongs to." :                      \
					 "The smallest accept, in the chain that drops, before the rule that does." }

static const struct fault rows[] = {
	{ .code = "rate-limited",
	  .legs = LEGS_INSIDE,
	  .ask = ASK_MODEL | ASK_TRACE,
	  .match = rate_limited,
	  .safety = SAFETY_MANUAL,
	  .means = "A limit or connection limit drops part of the packets, or a quota that is used up all of them.",
	  .proof = "The kernel's rule trace of those that were lost, and how many they are; of a quota the kernel's word that "
		   "it is used up.",
	  .fix = "By whom the rule belongs to." },
	ROW(ingress, "at netdev ingress or egress", "", SAFETY_MANUAL),
	ROW(bridge, "of the bridge family", "", SAFETY_MANUAL),
	ROW(prerouting, "at the prerouting hook", BRIDGED, SAFETY_CONSENT),
	ROW(input, "at the input hook",
	    " Neighbour solicitations are packets, too: those of a router outside get no answer then, and it cannot bring ours.",
	    SAFETY_CONSENT),
	ROW(forward, "at the forward hook", BRIDGED, SAFETY_CONSENT),
	ROW(output, "at the output hook",
	    " Neighbour advertisements are packets, too: a router outside that waits for one cannot bring ours.", SAFETY_CONSENT),
	ROW(postrouting, "at the postrouting hook", BRIDGED, SAFETY_CONSENT),
};

const struct fault_group faults_filter = {
	.name = "filter: netfilter, in any namespace on the path",
	.rows = rows,
	.n = ARRAY_SIZE(rows),
};
