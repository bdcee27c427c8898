/* SPDX-License-Identifier: GPL-2.0-or-later */
/* farend - the target, and everything beyond the uplink */
#include <stdio.h>

#include "faults/groups.h"
#include "faults/say.h"

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

/* --- a target on this host --- */

enum listening {
	NOT_LISTENING,
	LOOPBACK_ONLY,
	LISTENING,
};

/* Is its port the packet's? */
static bool has_port(const struct listener *l, const struct packet *pkt)
{
	return l->proto == proto_number(pkt->proto, pkt->dst.family) && l->port == pkt->dport;
}

static enum listening listening(const struct ns *ns, const struct packet *pkt)
{
	const struct addr *dst = &pkt->dst;
	enum listening best = NOT_LISTENING;

	vec_each(l, &ns->listeners) {
		if (!has_port(l, pkt))
			continue;
		if (listener_hears(l, dst))
			return LISTENING;
		if (addr_is_loopback(&l->addr))
			best = LOOPBACK_ONLY;
	}
	return best;
}

/* The target's own kernel refused: no rule of this host did. */
static bool refused_by_target(const struct question *q)
{
	if (q->path->flow.proto == PROTO_ICMP || q->leg->dir != DIR_REQUEST || !q->path->flow.port)
		return false;
	return by_model(q) || q->ev->refused || (q->probe && q->probe->outcome == PROBE_REFUSED);
}

/* what: the clause of the verdict */
static void say_service(const struct question *q, struct finding *f, const char *what)
{
	char object[ADDR_STRLEN + 16];

	port_text(object, sizeof(object), &q->leg->pkt.dst, q->leg->pkt.dport);
	say(f, q->leg->ns, object, "%s", what);
	if (!by_model(q))
		say_evidence(f, "%s answered with %s", addr_text(&q->leg->pkt.dst).s,
			     q->path->flow.proto == PROTO_UDP ? "\"port unreachable\"" : "RST");
	f->mark = "refused";
}

/* A listener on the packet's port, which does not hear it: it is at another address, perhaps of the other family. */
static const struct listener *elsewhere(const struct question *q)
{
	vec_each(l, &leg_ns(q)->listeners)
		if (has_port(l, &q->leg->pkt))
			return l;
	return NULL;
}

static void say_elsewhere(const struct question *q, const struct listener *l, struct finding *f)
{
	const struct addr *dst = &q->leg->pkt.dst;
	_cleanup_(freep) char *what = xasprintf("nobody listens on port %u of %s in %s", l->port, addr_text(dst).s,
						who(q, q->leg->ns).s);

	say_service(q, f, what);
	say_evidence(f, "the socket table of %s has a listener on port %u, but at %s%s", who(q, q->leg->ns).s, l->port,
		     addr_text(&l->addr).s,
		     l->addr.family == dst->family ? "" :
		     dst->family == AF_INET6       ? ", for IPv4 only" :
						     ", for IPv6 only");
	say_advice(f, "let the service listen on %s or on all addresses", addr_text(dst).s);
}

static void say_nobody(const struct question *q, struct finding *f)
{
	_cleanup_(freep) char *what = xasprintf("nobody listens on port %u in %s", q->leg->pkt.dport,
						who(q, q->leg->ns).s);

	say_service(q, f, what);
	say_evidence(f, "the socket table of %s has no listener on port %u", who(q, q->leg->ns).s,
		     q->leg->pkt.dport);
	say_advice(f, "start the service that should listen on port %u", q->leg->pkt.dport);
}

static bool service_not_listening(const struct question *q, struct finding *f)
{
	const struct listener *other = elsewhere(q);

	if (!refused_by_target(q) || leg_ns(q)->error[COLLECT_SOCK] ||
	    listening(leg_ns(q), &q->leg->pkt) != NOT_LISTENING)
		return false;
	if (other)
		say_elsewhere(q, other, f);
	else
		say_nobody(q, f);
	return true;
}

static bool service_loopback_only(const struct question *q, struct finding *f)
{
	_cleanup_(freep) char *what = NULL;

	if (!refused_by_target(q) || leg_ns(q)->error[COLLECT_SOCK] ||
	    listening(leg_ns(q), &q->leg->pkt) != LOOPBACK_ONLY)
		return false;
	what = xasprintf("the service listens on port %u in %s, on its loopback only", q->leg->pkt.dport,
			 who(q, q->leg->ns).s);
	say_service(q, f, what);
	say_evidence(f, "the socket table of %s has a listener on port %u, on a loopback address only",
		     who(q, q->leg->ns).s, q->leg->pkt.dport);
	say_advice(f, "let the service listen on %s or on all addresses",
		   addr_text(&q->leg->pkt.dst).s);
	return true;
}

/* net/core: sk_acceptq_is_full() */
static bool is_full(const struct listener *l)
{
	return l->waiting > l->backlog;
}

/* One of the listeners whose queue is full; those on the very address come before those on all. */
static const struct listener *full_listener(const struct ns *ns, const struct packet *pkt, bool *ret_all)
{
	const struct listener *full = NULL;
	bool exact = false;

	vec_each(l, &ns->listeners)
		exact = exact || (has_port(l, pkt) && addr_eq(&l->addr, &pkt->dst));
	*ret_all = true;
	vec_each(l, &ns->listeners) {
		if (!has_port(l, pkt) || !(exact ? addr_eq(&l->addr, &pkt->dst) : listener_hears(l, &pkt->dst)))
			continue;
		if (is_full(l))
			full = l;
		else
			*ret_all = false;
	}
	return full;
}

/* The kernel drops a SYN that would lead to one connection more than fits (tcp_conn_request(), net/ipv4/tcp_input.c). */
static bool service_backlog_full(const struct question *q, struct finding *f)
{
	const struct listener *l = NULL;
	char object[ADDR_STRLEN + 16];
	bool all = false;

	if (q->path->flow.proto == PROTO_TCP && q->leg->dir == DIR_REQUEST)
		l = full_listener(leg_ns(q), &q->leg->pkt, &all);
	if (!l)
		return false;
	port_text(object, sizeof(object), &q->leg->pkt.dst, q->leg->pkt.dport);
	say(f, q->leg->ns, object, "the service on port %u in %s does not accept its connections, and no more fit",
	    q->leg->pkt.dport, who(q, q->leg->ns).s);
	say_evidence(f, "%u connections wait in the accept queue of port %u, which holds %u", l->waiting,
		     q->leg->pkt.dport, l->backlog + 1);
	if (!all) {
		say_evidence(f, "another listener on the same port has room");
		f->confidence = POSSIBLE;
	}
	say_advice(f, "see why the service does not accept (ss -ltn 'sport = :%u'), or give it a longer queue",
		   q->leg->pkt.dport);
	f->mark = "queue full";
	return true;
}

static bool icmp_echo_ignored(const struct question *q, struct finding *f)
{
	bool v6 = q->leg->pkt.dst.family == AF_INET6;
	const char *key = v6 ? "net.ipv6.icmp.echo_ignore_all" : "net.ipv4.icmp_echo_ignore_all";
	struct op *op;

	if (q->path->flow.proto != PROTO_ICMP || q->leg->dir != DIR_REQUEST ||
	    (v6 ? leg_ns(q)->icmp6_echo_ignore_all : leg_ns(q)->icmp_echo_ignore_all) != 1)
		return false;
	say(f, q->leg->ns, key, "%s ignores echo requests (%s = 1)", who(q, q->leg->ns).s, key);
	say_evidence(f, "%s is 1", key);
	op = say_op(f, OP_SYSCTL, q->leg->ns, 0);
	op->sysctl = key;
	op->value = 0;
	op->old = 1;
	f->mark = "ignored";
	return true;
}

/* --- size --- */

static bool is_too_big(const struct packet *pkt)
{
	return icmp_is_too_big(pkt->src.family, pkt->icmp_type, pkt->icmp_code);
}

/* From outside, packets of full size are sent from both ends. */
static bool is_about_other(const struct question *q, const struct sighting *s)
{
	return addr_eq(&s->inner.src, &q->path->flow.dst) || addr_eq(&s->inner.dst, &q->path->flow.src);
}

/* A "too big" that was made on the way, but did not get back to the source. */
static const struct sighting *lost_too_big(const struct question *q)
{
	const struct sighting *made = NULL;

	vec_each(s, &q->facts->obs->sightings) {
		if (s->kind != SIGHT_ERROR || s->error_of_reply || !is_too_big(&s->pkt) || is_about_other(q, s))
			continue;
		if (s->ns == q->path->flow.src_ns && !s->out)
			return NULL; /* it arrived: discovery works */
		made = s;
	}
	return made;
}

/* The sender's own interface at the size that passes. */
static void say_smaller(const struct question *q, struct finding *f, uint32_t mtu)
{
	const struct leg *first = &q->path->legs.v[0];
	const struct link *l = ns_link(snapshot_ns(q->s, first->ns), first->oif);
	struct op *op;

	if (first->kind != LEG_SEND) /* somebody outside sends them */
		return;
	/* RFC 8200, 5: no link of IPv6 is smaller than 1280 */
	if (!l || mtu < (q->path->flow.dst.family == AF_INET6 ? 1280 : 576) || mtu >= l->mtu)
		return;
	op = say_op(f, OP_LINK_MTU, first->ns, l->ifindex);
	op->value = (int)mtu;
	op->old = (int)l->mtu;
}

/* Somebody who sent a packet of ours, by its source here? Where nothing was seen, nobody knows. */
static bool is_sender(const struct observations *obs, const struct addr *a)
{
	vec_each(s, &obs->sightings)
		if (s->probe >= 0 && addr_eq(&s->pkt.src, a))
			return true;
	return obs->sightings.n == 0;
}

/*
 * The rule that dropped a "too big", by the kernel's trace; NULL: none did. What it quotes
 * the trace does not show: it may be about a packet of another run.
 */
static const struct trace_event *dropped_too_big(const struct question *q)
{
	vec_each(t, &q->facts->obs->traces)
		if (t->probe < 0 && t->verdict == NF_DROP && t->type != TRACE_RETURN &&
		    is_too_big(&t->pkt) && is_sender(q->facts->obs, &t->pkt.dst) &&
		    /* that one is about what goes the other way */
		    !addr_eq(&t->pkt.dst, &q->path->flow.dst))
			return t;
	return NULL;
}

/*
 * Lets the message pass where it was dropped; that of IPv4, which shares its type with others, as what belongs to a
 * connection.
 */
static void say_pass_too_big(const struct question *q, struct finding *f, const struct trace_event *t,
			     const struct nft_chain *chain)
{
	bool v6 = t->pkt.dst.family == AF_INET6;
	struct op_match m = { .proto = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
			      .icmp_type = v6 ? ICMP6_PACKET_TOO_BIG : 0,
			      .established = !v6 };
	struct op op;

	/* what is dropped before it is tracked, or as invalid, belongs to no connection */
	if (!v6 && ((chain->base && chain->prio <= NF_IP_PRI_CONNTRACK) ||
		    (f->rule.text && strcasestr(f->rule.text, "invalid"))))
		return;
	/* somebody outside may be anybody */
	if (!q->path->flow.entry)
		m.dst = prefix_host(&t->pkt.dst);
	if (op_accept(q->s, t->ns, chain, t->type == TRACE_POLICY ? 0 : t->handle, &m, &op) == 0)
		*vec_add(&f->ops) = op;
}

static bool say_dropped_too_big(const struct question *q, struct finding *f)
{
	const struct trace_event *t = dropped_too_big(q);
	const struct nft_chain *chain =
		t ? fw_chain(q->s, t->ns, t->family, t->table, t->chain) : NULL;

	if (!chain)
		return false;
	fw_rule_ref(q->s, t->ns, chain, t->type == TRACE_POLICY ? 0 : t->handle, &f->rule);
	f->has_rule = true;
	say(f, t->ns, "",
	    "packets of %u bytes are too large, and %s of chain %s (%s %s) in %s drops the message that "
	    "says so",
	    q->probe->size, f->rule.policy ? "the policy" : "a rule", f->rule.chain, f->rule.family,
	    f->rule.table, who(q, t->ns).s);
	say_rule_object(f);
	say_evidence(f, "the kernel's rule trace of the \"too big\" from %s ends there",
		     addr_text(&t->pkt.src).s);
	say_pass_too_big(q, f, t, chain);
	return true;
}

/* The smallest MTU behind the sender's own, where it is this host's; 0: not known. */
static uint32_t smallest_mtu(const struct question *q)
{
	uint32_t mtu = 0;

	for (size_t i = 0; i < q->path->request_legs && i < q->path->legs.n; i++) {
		const struct leg *leg = &q->path->legs.v[i];
		const struct link *l = ns_link(snapshot_ns(q->s, leg->ns), leg->oif);

		if (l && (!mtu || l->mtu < mtu))
			mtu = l->mtu;
	}
	return mtu;
}

static bool mtu_blackhole(const struct question *q, struct finding *f)
{
	const struct sighting *error;
	bool dropped;

	if (!q->probe || !q->probe->full)
		return false;
	error = lost_too_big(q);
	dropped = say_dropped_too_big(q, f);
	if (error && dropped) {
		say_evidence(f, "%s saw it (MTU %u)", ifname(q, error->ns, error->ifindex).s,
			     error->error_mtu);
	} else if (error) {
		say(f, error->ns, ifname(q, error->ns, error->ifindex).s,
		    "packets of %u bytes are too large, and the message that says so gets lost in %s",
		    q->probe->size, who(q, error->ns).s);
		say_evidence(f, "%s saw \"%s\" (MTU %u) from %s; %s never got it",
			     ifname(q, error->ns, error->ifindex).s,
			     error->pkt.dst.family == AF_INET6 ? "packet too big" : "fragmentation needed",
			     error->error_mtu,
			     addr_text(&error->pkt.src).s, who(q, q->path->flow.src_ns).s);
	} else if (!dropped) {
		const struct link *out = ns_link(leg_ns(q), q->leg->oif);

		/* lost inside this host, where something smaller than the packet comes next */
		if (q->leg->kind != LEG_FORWARD || !out || out->mtu >= q->probe->size)
			return false;
		say(f, q->leg->ns, out->name,
		    "packets of %u bytes do not fit %s (MTU %u), and no message says so",
		    q->probe->size, out->name, out->mtu);
		say_evidence(f, "%s has an MTU of %u; a packet of %u bytes was lost before it", out->name,
			     out->mtu, q->probe->size);
	}
	say_evidence(f, "a small packet passes");
	if (f->ops.n == 0)
		say_smaller(q, f, error ? error->error_mtu : smallest_mtu(q));
	say_advice(f, "let ICMP%s pass, or clamp the MSS: nft add rule … tcp flags syn "
		      "tcp option maxseg size set rt mtu",
		   q->path->flow.dst.family == AF_INET6 ? "v6 type 2" : " type 3 code 4");
	f->mark = "too large";
	return true;
}

/* --- beyond the uplink --- */

static bool connection_refused(const struct question *q, struct finding *f)
{
	bool udp = q->path->flow.proto == PROTO_UDP;
	char object[ADDR_STRLEN + 16];

	if (!q->ev->refused && q->probe->outcome != PROBE_REFUSED)
		return false;
	port_text(object, sizeof(object), &q->path->flow.dst, q->path->flow.port);
	say(f, q->leg->ns, object, udp ? "nobody takes datagrams at %s, port %u" :
				      "%s refuses connections to port %u",
	    addr_text(&q->path->flow.dst).s, q->path->flow.port);
	say_evidence(f, "a %s from %s came in by %s", udp ? "\"port unreachable\"" : "RST",
		     addr_text(&q->path->flow.dst).s, ifname(q, q->leg->ns, q->leg->oif).s);
	say_advice(f, "see whether the service on %s is up", addr_text(&q->path->flow.dst).s);
	f->mark = "refused";
	return true;
}

static bool upstream_rejected(const struct question *q, struct finding *f)
{
	const struct sighting *s;
	struct addr_text from;

	if (q->ev->error < 0)
		return false;
	s = &q->facts->obs->sightings.v[q->ev->error];
	from = addr_text(&s->pkt.src);
	say(f, q->leg->ns, from.s, "%s, outside of this host, answers with an ICMP error (type %u, code %u)",
	    from.s, s->pkt.icmp_type, s->pkt.icmp_code);
	say_evidence(f, "an ICMP error of type %u, code %u from %s came in by %s", s->pkt.icmp_type,
		     s->pkt.icmp_code, from.s,
		     ifname(q, q->leg->ns, s->ns == q->leg->ns && !s->out ? s->ifindex : q->leg->oif).s);
	say_advice(f, "ask whoever runs %s", from.s);
	f->mark = "rejected outside";
	return true;
}

/* Did the namespace that has the uplink route it, so that it should have translated it? */
static bool routed_here(const struct question *q)
{
	const struct leg *sender = q->index > 0 ? sender_before(q) : NULL;

	return sender && sender->kind == LEG_FORWARD && sender->ns == q->leg->ns;
}

static bool upstream_silent(const struct question *q, struct finding *f)
{
	const struct sighting *s;
	enum proto proto = q->path->flow.proto;

	if (q->ev->loss != LOSS_OUTSIDE)
		return false;
	/* a source that the outside cannot answer, while it answers the host's own: this host's fault */
	if (q->ev->uplink_sighting >= 0 && q->facts->control_heard[proto] && routed_here(q) &&
	    !ns_is_local(leg_ns(q), &q->facts->obs->sightings.v[q->ev->uplink_sighting].pkt.src) &&
	    !q->facts->routed_both_ways &&
	    addr_is_private(&q->facts->obs->sightings.v[q->ev->uplink_sighting].pkt.src))
		return false;
	say(f, q->leg->ns, addr_text(&q->path->flow.dst).s, "nothing comes back from outside for %s",
	    addr_text(&q->path->flow.dst).s);
	if (q->ev->uplink_sighting >= 0) {
		s = &q->facts->obs->sightings.v[q->ev->uplink_sighting];
		say_evidence(f, "the request left by %s with the source %s; no answer came in",
			     ifname(q, q->leg->ns, q->leg->oif).s, addr_text(&s->pkt.src).s);
	}
	if (q->facts->control_asked[proto])
		say_evidence(f, "the host's own request %s",
			     q->facts->control_works[proto] ? "was answered" :
			     q->facts->control_heard[proto] ? "was not answered, but something came in about it" :
							      "got no answer either");
	if (link_is_tap(ns_link(leg_ns(q), q->leg->oif)))
		say_advice(f, "look at the program behind %s (slirp4netns, passt, a hypervisor …): what it "
			   "does with packets cannot be seen", ifname(q, q->leg->ns, q->leg->oif).s);
	else
		say_advice(f, "this host did its part: look behind %s",
			   ifname(q, q->leg->ns, q->leg->oif).s);
	f->mark = "no answer from outside";
	return true;
}

/* --- nothing else explains it --- */

/* It came to a service that is there, and a datagram need not be answered. */
static bool service_is_silent(const struct question *q, struct finding *f)
{
	const struct path *path = q->path;
	const struct leg *deliver = path->deliver_leg >= 0 ? &path->legs.v[path->deliver_leg] : NULL;
	char object[ADDR_STRLEN + 16];

	if (!deliver || path->flow.proto != PROTO_UDP || q->ev->loss != LOSS_PACKET ||
	    q->ev->first_leg != path->deliver_leg ||
	    listening(snapshot_ns(q->s, deliver->ns), &deliver->pkt) != LISTENING)
		return false;
	port_text(object, sizeof(object), &deliver->pkt.dst, deliver->pkt.dport);
	say(f, deliver->ns, object, "the service at port %u in %s does not answer", deliver->pkt.dport,
	    who(q, deliver->ns).s);
	say_evidence(f, "the datagram came to %s, where somebody listens on port %u",
		     who(q, deliver->ns).s, deliver->pkt.dport);
	say_evidence(f, "a service may keep silent about a datagram that it does not understand");
	say_advice(f, "ask the service in its own language");
	f->confidence = POSSIBLE;
	f->mark = "no answer";
	return true;
}

static bool packet_loss(const struct question *q, struct finding *f)
{
	const struct point *last = q->ev->last_point >= 0 ? &q->path->points.v[q->ev->last_point] : NULL;
	struct ifname name = { "" };

	if (service_is_silent(q, f))
		return true;
	if (last)
		name = ifname(q, last->ns, last->ifindex);
	if (q->leg->stop == STOP_PEER_UNKNOWN && last)
		say(f, last->ns, name.s, "packets leave %s by %s into a namespace that could not be found, "
		    "and no answer comes back", who(q, last->ns).s, name.s);
	else
		say(f, last ? last->ns : q->leg->ns, name.s,
		    last ? "packets are lost behind %s, and nothing that was read explains it" :
			   "packets never leave %s, and nothing that was read explains it",
		    last ? name.s : who(q, q->leg->ns).s);
	f->confidence = q->ev->partial ? CONFIRMED : POSSIBLE;
	f->mark = "lost";
	return true;
}

static const struct fault rows[] = {
	{ .code = "icmp-echo-ignored",
	  .legs = LEG_BIT(LEG_DELIVER),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = icmp_echo_ignored,
	  .safety = SAFETY_CONSENT,
	  .means = "The target ignores echo requests; other protocols are not concerned.",
	  .proof = "The switch icmp_echo_ignore_all, and other protocols that pass.",
	  .fix = "sysctl -w net.ipv4.icmp_echo_ignore_all=0; for IPv6 net.ipv6.icmp.echo_ignore_all." },
	{ .code = "service-loopback-only",
	  .legs = LEG_BIT(LEG_DELIVER),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = service_loopback_only,
	  .safety = SAFETY_MANUAL,
	  .means = "The service listens on a loopback address only.",
	  .proof = "The target's socket table, and its RST or \"port unreachable\".",
	  .fix = "Let it listen on the address that is asked, or on all." },
	{ .code = "service-not-listening",
	  .legs = LEG_BIT(LEG_DELIVER),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = service_not_listening,
	  .safety = SAFETY_MANUAL,
	  .means = "The target on this host has no listener on the port that hears the address that was asked: none at all, "
		   "or one at another address, or for IPv4 or IPv6 only.",
	  .proof = "The target's socket table, and its RST or \"port unreachable\".",
	  .fix = "Start the service, or let it listen on that address or on all." },
	{ .code = "service-backlog-full",
	  .legs = LEG_BIT(LEG_DELIVER),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = service_backlog_full,
	  .safety = SAFETY_MANUAL,
	  .means = "Connections die in the service's full accept queue.",
	  .proof = "The target's socket table.",
	  .fix = "A faster service, or a longer queue." },
	{ .code = "mtu-blackhole",
	  .legs = LEGS_INSIDE | LEG_BIT(LEG_OUTSIDE),
	  .ask = ASK_SEEN,
	  .match = mtu_blackhole,
	  .safety = SAFETY_CONSENT,
	  .means = "Large packets die, and no ICMP \"too big\" gets back to the source.",
	  .proof = "A full-size probe, and where the message was last seen.",
	  .fix = "Accept the message where a rule drops it; else the sender's MTU. Or clamp the MSS." },
	{ .code = "connection-refused",
	  .legs = LEG_BIT(LEG_OUTSIDE),
	  .ask = ASK_SEEN,
	  .match = connection_refused,
	  .safety = SAFETY_MANUAL,
	  .means = "The outside answers with RST, or to a datagram with \"port unreachable\": nobody "
		   "listens there, or somebody refuses.",
	  .proof = "The RST or ICMP error comes in by the uplink, from the destination itself.",
	  .fix = "Beyond this host." },
	{ .code = "upstream-rejected",
	  .legs = LEG_BIT(LEG_OUTSIDE),
	  .ask = ASK_SEEN,
	  .match = upstream_rejected,
	  .safety = SAFETY_MANUAL,
	  .means = "A router outside answers with an ICMP error.",
	  .proof = "The error comes in by the uplink: its type, code and sender.",
	  .fix = "Beyond this host." },
	{ .code = "upstream-silent",
	  .legs = LEG_BIT(LEG_OUTSIDE),
	  .ask = ASK_SEEN,
	  .match = upstream_silent,
	  .safety = SAFETY_MANUAL,
	  .means = "The packet left the uplink as it should, and nothing came back: this host did its part.",
	  .proof = "The capture on the uplink.",
	  .fix = "Beyond this host." },
	{ .code = "packet-loss",
	  .legs = LEGS_INSIDE | LEG_BIT(LEG_OUTSIDE) | LEG_BIT(LEG_LEAVE),
	  .ask = ASK_LAST,
	  .match = packet_loss,
	  .safety = SAFETY_MANUAL,
	  .means = "Packets are lost, and nothing else explains it.",
	  .proof = "Counts at each hop.",
	  .fix = "None: look at the place that is named." },
};

const struct fault_group faults_farend = {
	.name = "far end",
	.rows = rows,
	.n = ARRAY_SIZE(rows),
};

static const struct fault names[] = {
	{ .code = "dns-no-resolver",
	  .apart = true,
	  .safety = SAFETY_MANUAL,
	  .means = "The namespace's resolv.conf names no server.",
	  .proof = "The file, and that nobody answers at 127.0.0.1, where the C library asks then.",
	  .fix = "Name one." },
	{ .code = "dns-loopback-resolver",
	  .apart = true,
	  .safety = SAFETY_MANUAL,
	  .means = "The namespace's resolv.conf names a resolver on the loopback of another namespace.",
	  .proof = "The file, and the namespace's own \"port unreachable\".",
	  .fix = "Name a server that the namespace can reach." },
	{ .code = "dns-no-answer",
	  .apart = true,
	  .safety = SAFETY_MANUAL,
	  .means = "A server of the namespace's resolv.conf does not answer, or with an error.",
	  .proof = "A query, and how far another one got that was followed to the server.",
	  .fix = "Name a server that answers." },
};

const struct fault_group faults_names = {
	.name = "names",
	.rows = names,
	.n = ARRAY_SIZE(names),
};
