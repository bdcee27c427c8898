/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat - source translation on the way out, destination translation on the way in */
#include "faults/groups.h"
#include "faults/say.h"
#include "fib.h"
#include "firewall/build.h"

#include <stdio.h>

/* Is the destination outside of every network of this host? */
static bool foreign(const struct question *q, const struct addr *dst)
{
	vec_each(a, &snapshot_ns(q->s, NS_HOST)->addrs)
		if (prefix_has(&a->prefix, dst))
			return false;
	return true;
}

/* The network that a source belongs to, as a router's route back sees it. */
static struct prefix network_of(const struct ns *router, const struct addr *src)
{
	struct prefix p = prefix_host(src);

	vec_each(a, &router->addrs) {
		if (a->prefix.addr.family == src->family && prefix_has(&a->prefix, src) &&
		    !addr_is_loopback(&a->prefix.addr))
			return prefix_network(&a->prefix);
	}
	return p;
}

/* The leg that sends by the uplink, and what the packet's source is there. */
static const struct leg *uplink_leg(const struct question *q)
{
	return sender_before(q);
}

static struct fw_place postrouting_of(const struct leg *leg)
{
	return (struct fw_place){ .ns = leg->ns, .hook = HOOK_POSTROUTING, .oif = leg->oif };
}

static void say_nearest(const struct question *q, struct finding *f, const struct fw_place *at,
			const struct packet *pkt, enum nat_kind kind)
{
	struct near_miss misses[3];
	size_t n = fw_nat_near_misses(q->s, at, pkt, kind, misses, ARRAY_SIZE(misses));

	say_near_misses(f, misses, n);
}

/* How the request left by the uplink, as seen; NULL: not seen. */
static const struct packet *as_seen(const struct question *q)
{
	if (!q->ev || q->ev->uplink_sighting < 0)
		return NULL;
	return &q->facts->obs->sightings.v[q->ev->uplink_sighting].pkt;
}

/* Would the packet be translated with this op done? */
static bool translates(const struct question *q, const struct op *op, const struct fw_place *at,
		       const struct packet *pkt)
{
	_cleanup_(snapshot_freep) struct snapshot *world = snapshot_copy(q->s);
	struct fw_result res;

	if (op_model(world, op) < 0)
		return false;
	fw_eval(world, at, pkt, &res);
	return res.nat.kind == (fw_op_redirects(op) ? NAT_DEST : NAT_SOURCE);
}

/*
 * The op stands behind the host's others; before them all where one of them would hide it. False: it does not
 * translate there either.
 */
static bool find_place(const struct question *q, const struct fw_place *at, const struct packet *pkt, struct op *op)
{
	const struct nft_chain *chain = fw_op_chain(q->s, op);

	if (translates(q, op, at, pkt))
		return true;
	if (!chain || !chain->rules.n)
		return false;
	op_place_before(q->s, op, chain->rules.v[0].handle);
	return translates(q, op, at, pkt);
}

static bool masquerade(const struct question *q, const struct prefix *net, const struct fw_place *at,
		       const struct packet *pkt, struct op *ret_op)
{
	if (op_masquerade(q->s, at->ns, net, at->oif, ret_op) < 0)
		return false;
	/* a model of rules that were not all read may not know */
	find_place(q, at, pkt, ret_op);
	return true;
}

/* The request's next router behind a leg that forwards it, or NULL. */
static const struct leg *next_router(const struct path *path, const struct leg *leg)
{
	for (size_t i = (size_t)(leg - path->legs.v) + 1; i < path->request_legs; i++)
		if (path->legs.v[i].kind == LEG_FORWARD)
			return &path->legs.v[i];
	return NULL;
}

/*
 * The leg that should translate a source: of routers one behind another the first whose next one knows no way back to it,
 * else the host, whom the outside does not answer.
 */
static const struct leg *translating_leg(const struct question *q, const struct addr *src)
{
	vec_each(l, &q->path->legs) {
		const struct leg *next = l->kind == LEG_FORWARD && l->dir == DIR_REQUEST ? next_router(q->path, l) : NULL;
		struct lookup back;

		if (!next || !addr_eq(&l->pkt.src, src))
			continue;
		fib_lookup(snapshot_ns(q->s, next->ns), &(struct fib_query){ .dst = *src }, &back);
		if (back.error || back.oif != next->iif)
			return l;
	}
	return uplink_leg(q);
}

/* The source that the outside sees. */
static const struct addr *source_outside(const struct question *q)
{
	const struct packet *seen = as_seen(q);

	return seen ? &seen->src : &q->leg->pkt.src;
}

/* Does it leave with a source that the outside cannot answer? */
static bool leaves_untranslated(const struct question *q)
{
	const struct leg *out = uplink_leg(q);
	const struct packet *seen = as_seen(q);
	const struct addr *src = source_outside(q);
	const char *legacy = fw_legacy(q->s, NS_HOST, src->family, HOOK_POSTROUTING, true);
	enum proto proto = q->path->flow.proto;

	/* an own packet has an own address; only what the host routes needs translating */
	if (!out || out->kind != LEG_FORWARD || out->ns != NS_HOST || q->facts->routed_both_ways ||
	    owner_of(q, src, -1, &(int){ 0 }, &(int){ 0 }) == false)
		return false;
	if (ns_is_local(snapshot_ns(q->s, NS_HOST), src))
		return false;
	if (!seen && (q->path->snat || q->path->snat_unknown))
		return false;
	if (!addr_is_private(src) || !foreign(q, &q->path->flow.dst))
		return false;
	if (q->ev && (q->ev->loss != LOSS_OUTSIDE || !seen || source_is_answered(q)))
		return false;
	/* as a guess about what comes next, never while rules are unread */
	if (by_model(q) && (legacy || (q->facts->control_asked[proto] && !q->facts->control_heard[proto])))
		return false;
	/* the outside answers nobody: then this is a note beside upstream-silent */
	if (!by_model(q) && q->facts->control_asked[proto] && !q->facts->control_heard[proto] &&
	    !q->facts->noting)
		return false;
	return true;
}

/* How it was seen to leave; what nobody can tell apart from a silent outside is only possible. */
static void say_untranslated(const struct question *q, struct finding *f)
{
	say_evidence(f, "%s saw the request leave with the source %s, which the outside cannot answer",
		     ifname(q, NS_HOST, q->leg->oif).s, addr_text(source_outside(q)).s);
	if (q->facts->control_works[q->path->flow.proto]) {
		say_evidence(f, "the host's own request was answered");
	} else if (q->facts->control_heard[q->path->flow.proto]) {
		say_evidence(f, "about the host's own request something came in from outside");
		if (f->confidence == CONFIRMED)
			f->confidence = LIKELY;
	} else {
		f->confidence = POSSIBLE;
	}
}

/* Where a rule of the host keeps the request, or the answer, from being tracked, by which it cannot be translated. */
static const struct crossing *untracking(const struct question *q, enum direction dir)
{
	vec_each(l, &q->path->legs) {
		if (l->ns != NS_HOST || l->dir != dir)
			continue;
		for (size_t i = 0; i < l->n_crossings; i++)
			if (l->crossings[i].res.notrack)
				return &l->crossings[i];
	}
	return NULL;
}

/* What a client outside asked was led to a service, and the answer leaves as the service's own. */
static bool answer_untracked(const struct question *q, struct finding *f)
{
	const struct crossing *c = untracking(q, DIR_REPLY);
	const struct addr *src = &q->leg->pkt.src, *asked = &q->path->flow.dst;

	if (!c || addr_eq(src, asked))
		return false;
	say(f, NS_HOST, addr_text(src).s,
	    "a rule of this host keeps the answer from being tracked, so that it leaves from %s, which nobody asked",
	    addr_text(src).s);
	say_rule(q, f, NS_HOST, c->res.notrack_chain, c->res.notrack_handle);
	say_evidence(f, "the client asked %s; an answer from there would be translated back, were it tracked",
		     addr_text(asked).s);
	say_advice(f, "remove the notrack rule, or except %s from it", addr_text(src).s);
	f->mark = "not tracked";
	return true;
}

static bool conntrack_notrack(const struct question *q, struct finding *f)
{
	const struct crossing *c = untracking(q, DIR_REQUEST);
	const struct addr *src = source_outside(q);
	struct fw_result res;
	struct fw_place at;
	struct packet pkt;

	if (q->leg->kind == LEG_LEAVE)
		return answer_untracked(q, f);
	if (!c || !leaves_untranslated(q))
		return false;
	at = postrouting_of(uplink_leg(q));
	pkt = uplink_leg(q)->pkt;
	pkt.src = *src;
	pkt.ct = CT_NEW;
	fw_eval(q->s, &at, &pkt, &res);
	say(f, NS_HOST, addr_text(src).s,
	    "a rule of this host keeps it from being tracked, so that nothing translates %s on %s",
	    addr_text(src).s, ifname(q, NS_HOST, q->leg->oif).s);
	f->confidence = res.nat.kind == NAT_SOURCE ? CONFIRMED : POSSIBLE;
	if (as_seen(q))
		say_untranslated(q, f);
	say_rule(q, f, NS_HOST, c->res.notrack_chain, c->res.notrack_handle);
	say_evidence(f, res.nat.kind == NAT_SOURCE ?
			     "a source NAT rule would translate it, were it tracked" :
			     "no source NAT rule is known to translate it, were it tracked");
	say_advice(f, "remove the notrack rule, or except %s from it", addr_text(src).s);
	f->mark = "not tracked";
	return true;
}

static void say_masquerade_by_hand(const struct question *q, struct finding *f, const struct leg *out,
				   const struct prefix *net, bool legacy)
{
	const char *program = net->addr.family == AF_INET6 ? "ip6tables" : "iptables";
	_cleanup_(freep) char *there = op_program_in(q->s, out->ns, program);

	say_advice(f, "%s%s -t nat -A POSTROUTING -s %s -o %s -j MASQUERADE", there, legacy ? "-legacy" : "",
		   prefix_text(net).s, shell_word(ifname(q, out->ns, out->oif).s).s);
}

static bool masquerade_missing(const struct question *q, struct finding *f)
{
	const struct packet *seen = as_seen(q);
	const struct addr *src = source_outside(q);
	const struct leg *out;
	const char *legacy;
	struct fw_place at;
	struct prefix net;
	struct packet pkt;
	struct op op;

	if (!leaves_untranslated(q) || untracking(q, DIR_REQUEST))
		return false;
	out = translating_leg(q, src);
	legacy = fw_legacy(q->s, out->ns, src->family, HOOK_POSTROUTING, true);
	at = postrouting_of(out);
	net = network_of(snapshot_ns(q->s, out->ns), src);
	say(f, out->ns, prefix_text(&net).s, "nothing translates %s on %s%s%s", addr_text(src).s,
	    ifname(q, out->ns, out->oif).s, out->ns == NS_HOST ? "" : " in ", out->ns == NS_HOST ? "" : who(q, out->ns).s);
	f->confidence = legacy ? POSSIBLE : CONFIRMED;
	if (seen) {
		say_untranslated(q, f);
	} else {
		say_evidence(f, "no source NAT rule matches %s on %s", addr_text(src).s,
			     ifname(q, out->ns, out->oif).s);
	}
	if (out->ns != NS_HOST)
		say_evidence(f, "%s, the next router, has no route back to %s", who(q, next_router(q->path, out)->ns).s,
			     addr_text(src).s);
	if (legacy)
		say_evidence(f, "legacy iptables table %s could not be read", legacy);
	pkt = out->pkt;
	pkt.src = *src;
	say_nearest(q, f, &at, &pkt, NAT_SOURCE);
	if (!legacy && masquerade(q, &net, &at, &pkt, &op))
		*vec_add(&f->ops) = op;
	else
		say_masquerade_by_hand(q, f, out, &net, legacy);
	/* elsewhere nothing need be tracked so far, and conntrack -D fails where it finds nothing */
	if (f->ops.n && out->ns == NS_HOST) {
		struct op *stale = say_op(f, OP_CT_DELETE, NS_HOST, 0);

		stale->prefix = prefix_host(src);
	}
	f->mark = "not translated";
	return true;
}

static bool snat_wrong_source(const struct question *q, struct finding *f)
{
	const struct packet *seen = as_seen(q);
	const struct addr *src = seen ? &seen->src : &q->path->snat_addr;
	const struct leg *out = uplink_leg(q);
	const struct crossing *c;

	if (!out || (q->ev && (!seen || q->ev->loss != LOSS_OUTSIDE || source_is_answered(q))))
		return false;
	if (!seen && !q->path->snat)
		return false;
	if (!addr_is_set(src) || addr_eq(src, &q->path->flow.src) ||
	    ns_is_local(snapshot_ns(q->s, NS_HOST), src))
		return false;
	say(f, NS_HOST, addr_text(src).s, "%s is translated to %s, which is no address of this host",
	    addr_text(&q->path->flow.src).s, addr_text(src).s);
	if (seen)
		say_evidence(f, "%s saw the request leave with the source %s",
			     ifname(q, NS_HOST, q->leg->oif).s, addr_text(src).s);
	say_evidence(f, "no interface of this host has %s, so that no answer can come back to it",
		     addr_text(src).s);
	c = leg_translation(out);
	if (c)
		say_rule(q, f, NS_HOST, c->res.nat_chain, c->res.nat_handle);
	say_advice(f, "translate to an address of %s, or masquerade", ifname(q, NS_HOST, q->leg->oif).s);
	f->mark = "wrong source";
	return true;
}

/* --- snat-ports-exhausted --- */

/* How many of these ports other flows have. */
static size_t ports_taken(const struct ns *ns, const struct port_range *range)
{
	_cleanup_(freep) bool *taken = xcalloc((size_t)UINT16_MAX + 1, sizeof(*taken));
	size_t n = 0;

	vec_each(t, &ns->flows) {
		if (!flow_has_port(t, range) || taken[t->answer_dport])
			continue;
		taken[t->answer_dport] = true;
		n++;
	}
	return n;
}

/* A flow needs a port of its own beside all others to the same destination; without one it is dropped when it leaves. */
static bool snat_ports_exhausted(const struct question *q, struct finding *f)
{
	const struct leg *leg = q->leg;
	char object[ADDR_STRLEN + 16];
	struct port_pool pool;
	size_t size;

	if (leg->dir != DIR_REQUEST || (q->ev->loss != LOSS_PACKET && q->ev->loss != LOSS_NOT_SENT) || !leg_port_pool(leg, &pool))
		return false;
	size = (size_t)pool.range.max - pool.range.min + 1;
	if (ports_taken(leg_ns(q), &pool.range) < size)
		return false;
	port_text(object, sizeof(object), &pool.c->pkt.dst, pool.c->pkt.dport);
	say(f, leg->ns, addr_text(&pool.c->res.nat.addr).s, "no port of %s is left for another connection to %s",
	    addr_text(&pool.c->res.nat.addr).s, object);
	say_evidence(f, "%s translates the source to %s, ports %u to %u", who(q, leg->ns).s,
		     addr_text(&pool.c->res.nat.addr).s, pool.range.min, pool.range.max);
	say_evidence(f, "conntrack: %zu of these %zu belong to other flows to %s", size, size, object);
	say_rule(q, f, leg->ns, pool.c->res.nat_chain, pool.c->res.nat_handle);
	say_advice(f, "translate to more ports or addresses, or end connections that nobody needs: conntrack -L -p %s -d %s --dport %u",
		   proto_name(pool.c->pkt.proto), addr_text(&pool.c->pkt.dst).s, pool.c->pkt.dport);
	f->mark = "no port left";
	return true;
}

/* The translation that takes the request away from its destination. */
static const struct crossing *taking(const struct question *q)
{
	for (size_t i = 0; i < q->leg->n_crossings; i++)
		if (q->leg->crossings[i].res.nat.kind == NAT_DEST)
			return &q->leg->crossings[i];
	return NULL;
}

/* An exception for this flow, before the rule. */
static void say_exception(const struct question *q, struct finding *f, const struct crossing *c)
{
	const struct fw_result *res = &c->res;
	struct op_match m = { .iif = c->at.iif, .oif = c->at.oif };
	struct op op;

	m.src = prefix_host(&c->pkt.src);
	m.dst = prefix_host(&c->pkt.dst);
	if (c->pkt.proto == PROTO_TCP) {
		m.proto = IPPROTO_TCP;
		m.dport = c->pkt.dport;
	}
	if (op_accept(q->s, c->at.ns, res->nat_chain, res->nat_handle, &m, &op) == 0)
		*vec_add(&f->ops) = op;
}

/* Where the service could be led to: an address of the namespace that others reach. */
static const struct addr *service_address(const struct question *q)
{
	const struct flow *flow = &q->path->flow;

	vec_each(a, &snapshot_ns(q->s, flow->target_ns)->addrs)
		if (a->prefix.addr.family == flow->dst.family && !addr_is_loopback(&a->prefix.addr) &&
		    !addr_is_linklocal(&a->prefix.addr))
			return &a->prefix.addr;
	return NULL;
}

/* The rule that would publish the service for whoever comes in by the uplink. */
static bool publication(const struct question *q, struct op *ret_op)
{
	const struct flow *flow = &q->path->flow;
	const struct link *entry = ns_link(snapshot_ns(q->s, NS_HOST), flow->entry);
	const struct addr *to = service_address(q);
	struct fw_place at = { .ns = NS_HOST, .hook = HOOK_PREROUTING,
			       .iif = entry && entry->master ? entry->master : flow->entry,
			       .port_in = entry && entry->master ? flow->entry : 0 };
	const struct op_match m = { .dst = prefix_host(&flow->dst), .iif = at.iif, .dport = flow->port,
				    .proto = proto_number(flow->proto, flow->dst.family) };
	struct packet pkt = q->leg->pkt;

	pkt.ct = CT_NEW;
	if (!to || op_dnat(q->s, NS_HOST, &m, to, flow->target_port, ret_op) < 0)
		return false;
	return find_place(q, &at, &pkt, ret_op);
}

/* Does a program of the host itself, a proxy perhaps, listen there? */
static bool host_listens(const struct question *q)
{
	const struct flow *flow = &q->path->flow;

	vec_each(l, &snapshot_ns(q->s, NS_HOST)->listeners)
		if (l->port == flow->port && listener_hears(l, &flow->dst) &&
		    l->proto == proto_number(flow->proto, flow->dst.family))
			return true;
	return false;
}

/* The port of the host is asked of the host: nothing leads it to the namespace that was named. */
static bool dnat_missing(const struct question *q, struct finding *f)
{
	const struct flow *flow = &q->path->flow;
	const struct ns *target;
	char object[ADDR_STRLEN + 16];
	struct op op;

	if (!flow->entry || !flow->target_port || q->leg->ns != NS_HOST || q->leg->dir != DIR_REQUEST ||
	    leg_ns(q)->error[COLLECT_SOCK] || host_listens(q))
		return false;
	if (q->ev && !q->ev->refused && q->ev->loss != LOSS_REFUSED)
		return false;
	for (size_t i = 0; i < q->leg->n_crossings; i++)
		if (q->leg->crossings[i].res.nat_unknown || q->leg->crossings[i].res.nat.kind == NAT_DEST)
			return false;
	if (fw_legacy(q->s, NS_HOST, flow->dst.family, HOOK_PREROUTING, true))
		return false;
	target = snapshot_ns(q->s, flow->target_ns);
	port_text(object, sizeof(object), &flow->dst, flow->port);
	say(f, NS_HOST, object, "nothing publishes port %u of this host for %s", flow->port, target->name);
	say_evidence(f, "no DNAT rule takes %s/%u, coming in by %s, anywhere; %s to port %u of %s",
		     proto_name(flow->proto), flow->port, ifname(q, NS_HOST, flow->entry).s,
		     flow->ports_tried ? "none leads" : "another port of the host may lead",
		     flow->target_port, target->name);
	if (!flow->ports_tried)
		f->confidence = POSSIBLE;
	if (q->ev)
		say_evidence(f, "the host itself answered with a refusal; nobody listens there");
	for (size_t i = 0; i < q->leg->n_crossings; i++)
		if (q->leg->crossings[i].at.hook == HOOK_PREROUTING)
			say_nearest(q, f, &q->leg->crossings[i].at, &q->leg->crossings[i].pkt, NAT_DEST);
	if (flow->ports_tried && publication(q, &op))
		*vec_add(&f->ops) = op;
	else
		say_advice(f, "lead port %u of this host to port %u of %s: iptables -t nat -A PREROUTING … -j DNAT",
			   flow->port, flow->target_port, target->name);
	f->mark = "not published";
	return true;
}

static bool dnat_wrong_target(const struct question *q, struct finding *f)
{
	const struct crossing *c;
	struct addr_text to, asked;
	char object[ADDR_STRLEN + 16];

	if (q->path->taken_leg < 0 || (size_t)q->path->taken_leg != q->index ||
	    (by_model(q) && !q->facts->port_asked))
		return false;
	c = taking(q);
	if (!c || !c->res.nat_chain)
		return false;
	to = addr_text(&c->res.nat.addr);
	asked = addr_text(&q->path->flow.dst);
	port_text(object, sizeof(object), &q->path->flow.dst, q->path->flow.port);
	say(f, q->leg->ns, object, "a NAT rule of %s takes it to %s%s instead", who(q, q->leg->ns).s,
	    c->res.nat.redirect ? "a port of its own, at " : "", to.s);
	say_rule(q, f, q->leg->ns, c->res.nat_chain, c->res.nat_handle);
	f->mark = "taken elsewhere";
	if (q->path->flow.entry) {
		const struct ns *target = snapshot_ns(q->s, q->path->flow.target_ns);

		say_evidence(f, "%s is no address of %s", to.s, target->name);
		say_advice(f, "let the rule lead to port %u of %s, if nobody else needs it",
			   q->path->flow.target_port, target->name);
		return true;
	}
	say_evidence(f, "the rule takes what is sent to any other address as well");
	if (!by_model(q))
		say_evidence(f, q->ev->refused ? "the answer, a refusal, came from there and not from %s" :
						 "the answer came from there and not from %s", asked.s);
	say_exception(q, f, c);
	return true;
}

/* --- a published port asked from the service's own network --- */

/* The leg of the request on which a router leads it to another address, and the crossing. NULL: none does. */
static const struct leg *publishing(const struct question *q, const struct crossing **ret)
{
	vec_each(l, &q->path->legs)
		for (size_t i = 0; i < l->n_crossings; i++) {
			const struct crossing *c = &l->crossings[i];

			if (l->dir != DIR_REQUEST || l->kind != LEG_FORWARD || l->ns == q->path->flow.src_ns ||
			    c->res.nat.kind != NAT_DEST || addr_eq(&c->res.nat.addr, &q->path->flow.dst))
				continue;
			*ret = c;
			return l;
		}
	return NULL;
}

/* The answer comes to the asker as the service's own: nobody on its way has translated it back. */
static bool answered_straight(const struct question *q, const struct addr *service)
{
	const struct flow *flow = &q->path->flow;

	if (q->leg->kind != LEG_DELIVER || q->leg->dir != DIR_REPLY || q->leg->ns != flow->src_ns ||
	    flow->entry || !addr_eq(&q->leg->pkt.src, service))
		return false;
	if (by_model(q))
		return !q->path->snat_unknown;
	vec_each(s, &q->facts->obs->sightings)
		if (s->kind == SIGHT_REPLY && s->ns == flow->src_ns && !s->out && addr_eq(&s->pkt.src, service))
			return true;
	return false;
}

/* Then the answer comes back by the router. */
static bool hairpin(const struct question *q, const struct leg *router, struct op *ret_op)
{
	struct fw_place at = { .ns = router->ns, .hook = HOOK_POSTROUTING, .oif = router->oif };
	struct prefix net = network_of(snapshot_ns(q->s, router->ns), &router->pkt.src);
	struct packet pkt = router->pkt;

	if (op_masquerade(q->s, router->ns, &net, router->oif, ret_op) < 0)
		return false;
	ret_op->match.dst = prefix_host(&pkt.dst);
	if (pkt.proto != PROTO_ICMP) {
		ret_op->match.proto = proto_number(pkt.proto, pkt.dst.family);
		ret_op->match.dport = pkt.dport;
	}
	pkt.ct = CT_NEW;
	return find_place(q, &at, &pkt, ret_op);
}

/* Does the answer pass where it could have been translated back? Then something else keeps it from that. */
static bool comes_back_by(const struct question *q, int ns)
{
	for (size_t i = q->path->request_legs; i < q->path->legs.n; i++)
		if (q->path->legs.v[i].kind == LEG_FORWARD && q->path->legs.v[i].ns == ns)
			return true;
	return false;
}

static bool hairpin_nat_missing(const struct question *q, struct finding *f)
{
	const struct flow *flow = &q->path->flow;
	const struct crossing *c = NULL;
	const struct leg *router = publishing(q, &c);
	bool home = led_home(q);
	char object[ADDR_STRLEN + 16];
	struct op op;

	if (!router || (!home && (!answered_straight(q, &c->res.nat.addr) || comes_back_by(q, router->ns))))
		return false;
	port_text(object, sizeof(object), &flow->dst, flow->port);
	say(f, router->ns, object, home ? "%s leads it back to %s, with %s's own source" :
					  "%s leads it to a neighbour of %s, which answers %s straight",
	    who(q, router->ns).s, who(q, flow->src_ns).s, who(q, flow->src_ns).s);
	if (home)
		say_evidence(f, "%s is local to %s: a packet from it cannot come in by an interface",
			     addr_text(&flow->src).s, who(q, flow->src_ns).s);
	else
		say_evidence(f, "the answer comes from %s; %s was asked, and nothing else is heard",
			     addr_text(&c->res.nat.addr).s, addr_text(&flow->dst).s);
	say_rule(q, f, router->ns, c->res.nat_chain, c->res.nat_handle);
	if (hairpin(q, router, &op))
		*vec_add(&f->ops) = op;
	else
		say_advice(f, "masquerade what is sent back into the network that it comes from");
	f->mark = home ? "its own packet" : "another sender";
	return true;
}

static const struct fault rows[] = {
	{ .code = "snat-wrong-source",
	  .legs = LEG_BIT(LEG_OUTSIDE),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = snat_wrong_source,
	  .safety = SAFETY_MANUAL,
	  .means = "The source is translated to an address that is not this host's.",
	  .proof = "The headers on the uplink, and the host's addresses.",
	  .fix = "Translate to an address of the uplink, or masquerade." },
	{ .code = "masquerade-missing",
	  .legs = LEG_BIT(LEG_OUTSIDE),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = masquerade_missing,
	  .safety = SAFETY_CONSENT,
	  .means = "The packet leaves the uplink with a source that the outside cannot answer: no source "
		   "NAT rule matches.",
	  .proof = "The uplink shows the inner source, nothing comes back, and the host's own request "
		   "is answered.",
	  .fix = "Masquerade that network on that uplink." },
	{ .code = "snat-ports-exhausted",
	  .legs = LEG_BIT(LEG_SEND) | LEG_BIT(LEG_FORWARD),
	  .ask = ASK_SEEN,
	  .match = snat_ports_exhausted,
	  .safety = SAFETY_MANUAL,
	  .means = "The source is translated, and all ports that the rule permits are taken by other flows to the same "
		   "destination.",
	  .proof = "The rule, conntrack's flows to that destination, and packets that do not leave.",
	  .fix = "More ports or addresses to translate to, or fewer connections." },
	{ .code = "dnat-missing",
	  .legs = LEG_BIT(LEG_DELIVER),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = dnat_missing,
	  .safety = SAFETY_CONSENT,
	  .means = "Nothing publishes the port that was asked for.",
	  .proof = "The rules, and a RST or a delivery to the host itself.",
	  .fix = "A DNAT rule to the target." },
	{ .code = "dnat-wrong-target",
	  .legs = LEG_BIT(LEG_SEND) | LEG_BIT(LEG_FORWARD) | LEG_BIT(LEG_DELIVER) |
		  LEG_BIT(LEG_BRIDGE_UP) | LEG_BIT(LEG_BRIDGED),
	  .ask = ASK_TAKEN | ASK_MODEL,
	  .match = dnat_wrong_target,
	  .safety = SAFETY_CONSENT,
	  .means = "A DNAT or REDIRECT leads to another address or port than the target's: who answers "
		   "there is not the destination.",
	  .proof = "The rule, which takes packets for any address, and the answer that came in its place.",
	  .fix = "An exception for this flow before the rule; better, the missing condition in the rule." },
	{ .code = "hairpin-nat-missing",
	  .legs = LEG_BIT(LEG_DELIVER) | LEG_BIT(LEG_FORWARD),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = hairpin_nat_missing,
	  .safety = SAFETY_CONSENT,
	  .means = "A published port asked from the service's own network: the answer goes straight to the asker, "
		   "who asked another address, or the packet comes back with the asker's own source.",
	  .proof = "The answer's headers, and the rule that leads the request there.",
	  .fix = "Masquerade that flow." },
	{ .code = "conntrack-notrack",
	  .legs = LEG_BIT(LEG_OUTSIDE) | LEG_BIT(LEG_LEAVE),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = conntrack_notrack,
	  .safety = SAFETY_MANUAL,
	  .means = "The packet is not tracked, so that it cannot be translated.",
	  .proof = "The notrack rule, and no conntrack entry.",
	  .fix = "By whom the rule belongs to." },
	{ .code = "conntrack-stale",
	  .apart = true,
	  .safety = SAFETY_MANUAL,
	  .means = "An old conntrack entry keeps a flow of datagrams as the rules were when it began: untranslated, or sent to "
		   "somebody else.",
	  .proof = "The entry without an answer, untranslated or translated to somebody else, and a new flow that is answered "
		   "as the rules translate it now.",
	  .fix = "conntrack -D, for that flow." },
};

const struct fault_group faults_nat = {
	.name = "nat and conntrack",
	.rows = rows,
	.n = ARRAY_SIZE(rows),
};
