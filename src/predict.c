/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "predict.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>

#include "fib.h"

#define MAX_LEGS 64

/* A translation made on the way out, undone for the answer where it was made. */
struct binding {
	int ns;
	bool source;              /* else destination */
	struct addr before, after;
};

/* What conntrack of one namespace knows about the flow. */
struct tracking {
	int ns;
	bool untracked;
	bool nat_known, snat, dnat;
	uint32_t mark, mark_known;
	uint64_t sets_written;
	uint16_t reply_zone; /* of struct packet, too */
	bool reply_zone_unknown;
};

struct walk {
	const struct snapshot *s;
	struct path *p;
	enum direction dir;
	struct packet pkt;
	int segment;              /* the leg that sends on the present segment */
	bool prerouted;           /* bridge-nf called the ip prerouting hook already */
	VEC(struct binding) bindings;
	VEC(struct tracking) tracking;
};

const char *role_name(enum point_role r)
{
	switch (r) {
	case ROLE_SOURCE:
		return "source";
	case ROLE_PORT:
		return "port";
	case ROLE_BRIDGE:
		return "bridge";
	case ROLE_FORWARD:
		return "forward";
	case ROLE_UPLINK:
		return "uplink";
	case ROLE_TARGET:
		return "target";
	case ROLE_LOCAL:
		return "local";
	}
	return "forward";
}

void path_free(struct path *p)
{
	if (!p)
		return;
	vec_free(&p->points);
	vec_free(&p->legs);
	free(p);
}

const struct crossing *leg_translation(const struct leg *leg)
{
	for (size_t i = 0; i < leg->n_crossings; i++)
		if (leg->crossings[i].at.hook == HOOK_POSTROUTING && leg->crossings[i].res.nat.kind == NAT_SOURCE)
			return &leg->crossings[i];
	return NULL;
}

bool leg_port_pool(const struct leg *leg, struct port_pool *ret)
{
	const struct crossing *c = leg_translation(leg);
	struct port_range range;

	if (!c || c->res.nat_unknown || !addr_is_set(&c->res.nat.addr) || c->pkt.proto == PROTO_ICMP)
		return false;
	range = (struct port_range){ .proto = proto_number(c->pkt.proto, c->pkt.dst.family),
				     .dst = c->pkt.dst,
				     .nat = c->res.nat.addr,
				     .dport = c->pkt.dport,
				     .min = c->res.nat.port_min,
				     .max = c->res.nat.port_max };
	/* what the kernel takes for ports of clients (nf_nat_l4proto_unique_tuple(), net/netfilter/nf_nat_core.c) */
	if (!range.min || !range.max) {
		range.min = 1024;
		range.max = UINT16_MAX;
	}
	*ret = (struct port_pool){ .c = c, .range = range };
	return range.min <= range.max;
}

const struct addr *path_asked(const struct path *path, int ns)
{
	const struct addr *dst = &path->flow.dst;

	for (size_t i = 0; i < path->request_legs; i++)
		if (path->legs.v[i].ns == ns)
			dst = &path->legs.v[i].pkt.dst;
	return dst;
}

const struct point *path_point(const struct path *path, int ns, int ifindex, bool out, enum direction dir)
{
	vec_each(pt, &path->points)
		if (pt->ns == ns && pt->ifindex == ifindex && pt->out == out && pt->dir == dir)
			return pt;
	return NULL;
}

static const struct ns *ns_of(const struct walk *w, int ns)
{
	return snapshot_ns(w->s, ns);
}

static bool is_bridge(const struct link *l)
{
	return l && streq(l->kind, "bridge");
}

/*
 * Would the namespace answer for the address to who asks by the interface, or by what is on top of it: a bridge
 * whose port it is, a VLAN or macvlan?
 */
static bool answers_at(const struct ns *ns, int ifindex, const struct addr *a)
{
	const struct iface_addr *own = ns_addr(ns, a);
	const struct link *l, *in = ns_link(ns, ifindex);

	if (a->family != AF_INET6)
		return own != NULL;
	if (ns_answers(ns, ifindex, a) || (in && in->master && ns_answers(ns, in->master, a)))
		return true;
	l = own && !addr_is_linklocal(a) ? ns_link(ns, own->ifindex) : NULL;
	return l && l->peer == ifindex && l->peer_nsid < 0 && iface_addr_usable(own);
}

/* Does an interface lead to somewhere else than to another one, or a program, of this machine? */
static bool leads_away(const struct link *l)
{
	static const char *const inner[] = { "veth", "tun", "dummy", "ifb", "bridge" };

	for (size_t i = 0; i < ARRAY_SIZE(inner); i++)
		if (streq(l->kind, inner[i]))
			return false;
	return true;
}

const struct link *predict_outer_port(const struct ns *ns, int bridge, int except)
{
	const struct link *found = NULL;

	vec_each(l, &ns->links) {
		if (l->master != bridge || l->ifindex == except || !leads_away(l))
			continue;
		if (found)
			return NULL;
		found = l;
	}
	return found;
}

/* The port by which a bridge reaches somebody who is not of this machine: seen or said, else the only one. */
static const struct link *outer_port(const struct walk *w, int ns, int bridge, int except)
{
	const struct flow *f = &w->p->flow;

	vec_each(l, &ns_of(w, ns)->links)
		if (l->master == bridge && l->ifindex != except && ns == NS_HOST &&
		    (l->ifindex == f->request_port || l->ifindex == f->entry))
			return l;
	return predict_outer_port(ns_of(w, ns), bridge, except);
}

/* The MAC to which this segment's sender sends already; NULL: it does not know it yet. */
static const struct neigh *known_neigh(const struct walk *w)
{
	const struct leg *sender = w->segment >= 0 ? &w->p->legs.v[w->segment] : NULL;
	const struct neigh *n = sender ? ns_neigh(ns_of(w, sender->ns), sender->oif, &sender->nexthop) : NULL;

	return n && n->mac_len && !(n->state & (NUD_INCOMPLETE | NUD_FAILED)) ? n : NULL;
}

/*
 * How likely packets for an address leave by this port, where somebody is behind it who answers for that: two legs of
 * one namespace on one bridge both do, and the first answer that comes back counts. n: whom the sender knows, or NULL.
 * 0: nobody is there.
 */
static int port_rank(const struct walk *w, int ns, const struct link *port, const struct addr *a, const struct neigh *n)
{
	const struct iface_addr *own;
	const struct link *end;
	int end_ns, end_if;

	if (!snapshot_peer(w->s, ns, port->ifindex, &end_ns, &end_if) || !answers_at(ns_of(w, end_ns), end_if, a))
		return 0;
	if (w->dir == DIR_REQUEST && ns == NS_HOST && port->ifindex == w->p->flow.request_port)
		return 5;
	end = ns_link(ns_of(w, end_ns), end_if);
	if (n && end && n->mac_len == end->mac_len && memcmp(n->mac, end->mac, n->mac_len) == 0)
		return 4;
	if (w->dir == DIR_REPLY && path_point(w->p, ns, port->ifindex, false, DIR_REQUEST))
		return 3;
	own = ns_addr_on(ns_of(w, end_ns), end_if, a->family, a);
	return own && addr_eq(&own->prefix.addr, a) ? 2 : 1;
}

/* The bridge port that leads to the owner of an address, other than `except`; NULL: none known. */
static const struct link *port_to(const struct walk *w, int ns, int bridge, const struct addr *a, int except)
{
	const struct neigh *n = known_neigh(w);
	const struct link *best = NULL;
	int most = 0;

	vec_each(l, &ns_of(w, ns)->links) {
		int rank = l->master == bridge && l->ifindex != except ? port_rank(w, ns, l, a, n) : 0;

		if (rank > most) {
			best = l;
			most = rank;
		}
	}
	return best;
}

/* The address that this segment's packets are for: the sender's next hop, or the host that the outside answers. */
static struct addr wanted(const struct walk *w)
{
	return w->segment >= 0 ? w->p->legs.v[w->segment].nexthop : w->pkt.dst;
}

/* --- legs and points --- */

/* The returned pointer is good until the next leg. */
static struct leg *add_leg(struct walk *w, enum leg_kind kind, int ns, int iif, int oif)
{
	struct leg *leg = vec_add(&w->p->legs);

	*leg = (struct leg){
		.kind = kind,
		.dir = w->dir,
		.point = -1,
		.ns = ns,
		.iif = iif,
		.oif = oif,
		.pkt = w->pkt,
		.segment = w->segment,
		.incoming = w->segment,
	};
	if (w->segment >= 0)
		leg->nexthop = w->p->legs.v[w->segment].nexthop;
	if (w->dir == DIR_REQUEST)
		w->p->request_legs = w->p->legs.n;
	return leg;
}

static struct leg *last_leg(struct walk *w)
{
	return &w->p->legs.v[w->p->legs.n - 1];
}

static void stop_here(struct walk *w, enum stop why, int error)
{
	last_leg(w)->stop = why;
	last_leg(w)->stop_errno = error;
}

static void add_point(struct walk *w, int ns, int ifindex, bool out, enum point_role role)
{
	struct point *pt = vec_add(&w->p->points);

	*pt = (struct point){ .ns = ns,
			      .ifindex = ifindex,
			      .out = out,
			      .dir = w->dir,
			      .role = role,
			      .leg = w->p->legs.n - 1 };
	last_leg(w)->point = (int)w->p->points.n - 1;
}

static enum point_role role_of(const struct walk *w, int ns, int ifindex)
{
	const struct link *l = ns_link(ns_of(w, ns), ifindex);

	if (l && (l->flags & IFF_LOOPBACK))
		return ROLE_LOCAL;
	if (w->p->flow.entry && ns == NS_HOST && ifindex == w->p->flow.entry)
		return ROLE_UPLINK;
	if (w->p->points.n == 0 || (ns != NS_HOST && ns == w->p->flow.src_ns))
		return ROLE_SOURCE;
	if (ns != NS_HOST &&
	    (ns == w->p->flow.dst_ns || (w->p->flow.entry && ns == w->p->flow.target_ns)))
		return ROLE_TARGET;
	if (l && l->master)
		return ROLE_PORT;
	return is_bridge(l) ? ROLE_BRIDGE : ROLE_FORWARD;
}

/* --- netfilter on the way --- */

static void translate(struct walk *w, int ns, const struct nat *nat)
{
	struct binding *b;

	if (nat->kind == NAT_NONE || !addr_is_set(&nat->addr))
		return;
	b = vec_add(&w->bindings);
	b->ns = ns;
	b->source = nat->kind == NAT_SOURCE;
	b->before = b->source ? w->pkt.src : w->pkt.dst;
	b->after = nat->addr;
	if (b->source)
		w->pkt.src = nat->addr;
	else
		w->pkt.dst = nat->addr;
	if (nat->port && !b->source)
		w->pkt.dport = nat->port;
}

/* Undoes, for an answer, what this namespace did to the request: conntrack does, where it tracks it. */
static void untranslate(struct walk *w, int ns, bool source_binding)
{
	if (w->pkt.ct != CT_ESTABLISHED)
		return;
	vec_each(b, &w->bindings) {
		struct addr *a = b->source ? &w->pkt.dst : &w->pkt.src;

		if (b->ns == ns && b->source == source_binding && addr_eq(a, &b->after))
			*a = b->before;
	}
}

static struct tracking *tracking_in(struct walk *w, int ns)
{
	vec_each(t, &w->tracking)
		if (t->ns == ns)
			return t;
	return NULL;
}

/* What this namespace's conntrack says of the packet when it comes to a hook. */
static void attach_tracking(struct walk *w, int ns)
{
	struct tracking *t = tracking_in(w, ns);
	uint8_t family = w->pkt.dst.family;

	if (!t && w->dir == DIR_REQUEST) {
		t = vec_add(&w->tracking);
		*t = (struct tracking){
			.ns = ns,
			/* what is not read may have done so */
			.nat_known = !fw_legacy(w->s, ns, family, HOOK_POSTROUTING, true),
			.mark_known = fw_legacy(w->s, ns, family, HOOK_POSTROUTING, false) ? 0 : ~0u,
		};
	}
	if (w->pkt.ct != CT_UNTRACKED) {
		if (w->dir == DIR_REQUEST)
			w->pkt.ct = CT_NEW;
		else
			w->pkt.ct = t && !t->untracked ? CT_ESTABLISHED : CT_INVALID;
	}
	w->pkt.nat_known = t && t->nat_known;
	w->pkt.snat = t && t->snat;
	w->pkt.dnat = t && t->dnat;
	w->pkt.ctmark = t ? t->mark : 0;
	w->pkt.ctmark_known = t ? t->mark_known : 0;
	w->pkt.sets_written = t ? t->sets_written : 0;
	w->pkt.reply_zone = t ? t->reply_zone : 0;
	w->pkt.reply_zone_unknown = t && t->reply_zone_unknown;
}

static void note_tracking(struct walk *w, int ns, const struct fw_result *res)
{
	struct tracking *t = tracking_in(w, ns);

	if (!t)
		return;
	t->mark = res->ctmark;
	t->mark_known = res->ctmark_known;
	t->sets_written = res->sets_written;
	t->untracked |= res->other_zone;
	if (w->dir != DIR_REQUEST)
		return;
	t->reply_zone = res->reply_zone;
	t->reply_zone_unknown = res->reply_zone_unknown;
	t->untracked = t->untracked || w->pkt.ct == CT_UNTRACKED;
	t->nat_known = t->nat_known && !res->nat_unknown;
	t->snat = t->snat || (res->nat.kind == NAT_SOURCE && !res->nat.unchanged);
	t->dnat = t->dnat || (res->nat.kind == NAT_DEST && !res->nat.unchanged);
}

/* Outside addresses that nobody asked for (RFC 5737, RFC 3849). */
static const char *const elsewhere[][2] = {
	{ "198.51.100.71", "203.0.113.29" },
	{ "2001:db8:7171::71", "2001:db8:2929:29::29" },
};

/*
 * Is a translation of the destination one of whatever is sent, to whomever?
 * Then it does not publish the address that was asked for: it takes the
 * packet away from it.
 */
static bool takes_all(const struct walk *w, const struct crossing *c)
{
	const char *const *other = elsewhere[c->pkt.dst.family == AF_INET6];

	for (size_t i = 0; i < 2; i++) {
		struct packet pkt = c->pkt;
		struct fw_result res;

		if (addr_parse(other[i], &pkt.dst) < 0)
			return false;
		fw_eval(w->s, &c->at, &pkt, &res);
		if (res.nat.kind != NAT_DEST || !addr_eq(&res.nat.addr, &c->res.nat.addr))
			return false;
	}
	return true;
}

/* What conntrack translates back while the answer crosses this hook. */
static struct addr undone_at(const struct walk *w, const struct fw_place *at)
{
	bool dst = at->hook == HOOK_PREROUTING || at->hook == HOOK_OUTPUT;
	const struct addr *a = dst ? &w->pkt.dst : &w->pkt.src;

	if (w->dir == DIR_REPLY && at->hook != HOOK_FORWARD && !at->bridge)
		vec_each(b, &w->bindings)
			if (b->ns == at->ns && b->source == dst && addr_eq(a, &b->after))
				return b->before;
	return (struct addr){ 0 };
}

/* A port of the host that is to lead to a namespace leads to another machine or namespace. */
static bool misses_target(const struct walk *w, int ns, const struct nat *nat)
{
	const struct flow *f = &w->p->flow;

	return f->entry && f->target_port && ns == NS_HOST && addr_is_set(&nat->addr) &&
	       !ns_is_local(ns_of(w, NS_HOST), &nat->addr) && !ns_addr(ns_of(w, f->target_ns), &nat->addr);
}

/*
 * Of a packet that is not its flow's first one conntrack knows the flow, and translates it as the nat chains did
 * with that one.
 */
static bool follow(struct walk *w, const struct fw_place *at, struct fw_result *ret_first)
{
	if (!w->p->flow.follows || w->dir != DIR_REQUEST || w->pkt.ct != CT_NEW ||
	    at->hook == HOOK_INGRESS || at->hook == HOOK_EGRESS)
		return false;
	struct packet opening = w->pkt;

	opening.tcp_flags = TH_SYN;
	fw_eval(w->s, at, &opening, ret_first);
	w->pkt.undo = ret_first->nat.addr;
	w->pkt.undo_port = ret_first->nat.port;
	w->pkt.ct = CT_ESTABLISHED;
	/* what the first one's rules have left of a mark, and of sets */
	w->pkt.ctmark_known = 0;
	w->pkt.sets_written |= ret_first->sets_written;
	return true;
}

static void cross(struct walk *w, const struct fw_place *at)
{
	struct leg *leg = last_leg(w);
	struct fw_result first;
	struct crossing *c;
	bool follows;

	if (leg->n_crossings == LEG_CROSSINGS)
		return;
	if (at->hook != HOOK_INGRESS && at->hook != HOOK_EGRESS)
		attach_tracking(w, at->ns);
	w->pkt.undo = undone_at(w, at);
	follows = follow(w, at, &first);
	c = &leg->crossings[leg->n_crossings++];
	c->at = *at;
	c->pkt = w->pkt;
	fw_eval(w->s, at, &w->pkt, &c->res);
	if (follows) {
		c->res.nat = first.nat;
		c->res.nat_unknown = first.nat_unknown;
	}
	fw_leave(&c->res, &w->pkt);
	note_tracking(w, at->ns, &c->res);
	if (w->dir == DIR_REQUEST && w->pkt.ct == CT_NEW) {
		if (c->res.nat.kind == NAT_DEST && w->p->taken_leg < 0 && misses_target(w, at->ns, &c->res.nat))
			w->p->taken_leg = (int)w->p->legs.n - 1;
		if (c->res.nat.kind == NAT_DEST && w->p->taken_leg < 0 && w->p->flow.dst_ns < 0 &&
		    takes_all(w, c))
			w->p->taken_leg = (int)w->p->legs.n - 1;
		translate(w, at->ns, &c->res.nat);
	} else if (follows) {
		translate(w, at->ns, &c->res.nat);
	}
	leg->pkt = w->pkt;
}

/* A packet on its way to another device or newly made: marks and tracking do not come along. */
static void forget_tracking(struct walk *w, bool other_ns)
{
	w->pkt.ct = CT_NEW; /* until the next hook says */
	w->pkt.nat_known = w->pkt.snat = w->pkt.dnat = false;
	if (other_ns)
		w->pkt.mark = w->pkt.mark_unknown = 0;
}

static void cross_ip(struct walk *w, int ns, enum hook hook, int iif, int oif)
{
	cross(w, &(struct fw_place){ .ns = ns, .hook = hook, .iif = iif, .oif = oif });
}

/* A device that a frame comes in by or leaves by: netdev chains. */
static void cross_netdev(struct walk *w, int ns, enum hook hook, int ifindex)
{
	bool in = hook == HOOK_INGRESS;

	vec_each(c, &ns_of(w, ns)->chains) {
		if (c->base && c->family == NFPROTO_NETDEV) {
			cross(w, &(struct fw_place){ .ns = ns,
						     .hook = hook,
						     .iif = in ? ifindex : 0,
						     .oif = in ? 0 : ifindex });
			return;
		}
	}
}

static void cross_bridge(struct walk *w, int ns, enum hook hook, int bridge, int in, int out)
{
	cross(w, &(struct fw_place){ .ns = ns,
				     .hook = hook,
				     .bridge = true,
				     .iif = in ? in : bridge,
				     .oif = out ? out : bridge,
				     .port_in = in,
				     .port_out = out });
}

/* What the source translation of the request comes to, for the report and for the answer's way. */
static void note_snat(struct walk *w, const struct leg *leg)
{
	for (size_t i = 0; i < leg->n_crossings; i++) {
		const struct crossing *c = &leg->crossings[i];

		if (c->at.hook != HOOK_POSTROUTING)
			continue;
		if (c->res.nat.kind == NAT_SOURCE) {
			w->p->snat = true;
			w->p->snat_addr = c->res.nat.addr;
		}
		if (c->res.nat_unknown || fw_legacy(w->s, c->at.ns, c->pkt.dst.family, c->at.hook, true))
			w->p->snat_unknown = true;
	}
}

/* --- the walk --- */

static void arrive(struct walk *w, int ns, int ifindex);
static void reply_send(struct walk *w, int ns, int iif);
static void network_in(struct walk *w, int ns, int iif);
static void beyond(struct walk *w, int ns, int ifindex);
static void by_parent(struct walk *w, int ns, int ifindex, int parent_ns, int parent);
static void leave_by(struct walk *w, int ns, int oif);

/* It comes out of the wire at that interface. */
static void come_out(struct walk *w, int from, int ns, int ifindex)
{
	add_point(w, ns, ifindex, false, role_of(w, ns, ifindex));
	forget_tracking(w, ns != from); /* skb_scrub_packet() */
	w->prerouted = false;
	arrive(w, ns, ifindex);
}

static bool find_child(const struct walk *w, int parent_ns, int parent, const struct addr *a,
		       int *ret_ns, const struct link **ret_link);

static void over_wire(struct walk *w, int ns, int ifindex)
{
	const struct addr nexthop = wanted(w);
	const struct link *child;
	int peer_ns, peer_if;

	if (w->p->legs.n >= MAX_LEGS) {
		stop_here(w, STOP_LOOP, 0);
		return;
	}
	add_leg(w, LEG_WIRE, ns, ifindex, ifindex);
	if (find_child(w, ns, ifindex, &nexthop, &peer_ns, &child))
		stop_here(w, STOP_NO_OWNER, 0);
	else if (snapshot_peer(w->s, ns, ifindex, &peer_ns, &peer_if))
		come_out(w, ns, peer_ns, peer_if);
	else if (snapshot_parent(w->s, ns, ifindex, &peer_ns, &peer_if))
		by_parent(w, ns, ifindex, peer_ns, peer_if);
	else
		stop_here(w, STOP_PEER_UNKNOWN, 0);
}

/* The interface on the wire of this parent that holds an address. */
static bool find_child(const struct walk *w, int parent_ns, int parent, const struct addr *a,
		       int *ret_ns, const struct link **ret_link)
{
	for (size_t i = 0; i < w->s->ns.n; i++) {
		const struct iface_addr *own = ns_addr(ns_of(w, (int)i), a);
		int at, ifindex;

		if (!own || !snapshot_parent(w->s, (int)i, own->ifindex, &at, &ifindex) ||
		    at != parent_ns || ifindex != parent)
			continue;
		*ret_ns = (int)i;
		*ret_link = ns_link(ns_of(w, (int)i), own->ifindex);
		return true;
	}
	return false;
}

static bool is_macvlan(const struct link *l)
{
	return streq(l->kind, "macvlan") || streq(l->kind, "macvtap");
}

static bool meets_siblings(const struct link *l)
{
	return !is_macvlan(l) || l->macvlan_mode == MACVLAN_MODE_BRIDGE;
}

/*
 * A macvlan's frame: to a sibling, or out by the parent. The parent's own host
 * never gets it. To siblings it goes in bridge mode only, and is shown to the
 * parent on the way (macvlan_queue_xmit(), drivers/net/macvlan.c).
 */
static void by_parent(struct walk *w, int ns, int ifindex, int parent_ns, int parent)
{
	const struct addr nexthop = wanted(w);
	const struct link *l = ns_link(ns_of(w, ns), ifindex), *sibling;
	const struct iface_addr *own;
	int sibling_ns;

	if (find_child(w, parent_ns, parent, &nexthop, &sibling_ns, &sibling) && meets_siblings(l) &&
	    meets_siblings(sibling)) {
		if (is_macvlan(l)) {
			add_point(w, parent_ns, parent, false, ROLE_FORWARD);
			add_leg(w, LEG_WIRE, parent_ns, parent, parent);
		}
		come_out(w, ns, sibling_ns, sibling->ifindex);
		return;
	}
	own = ns_addr(ns_of(w, parent_ns), &nexthop);
	if (own && own->ifindex == parent) {
		stop_here(w, STOP_NO_OWNER, 0);
		return;
	}
	add_point(w, parent_ns, parent, true, ROLE_FORWARD);
	leave_by(w, parent_ns, parent);
}

static uint8_t echo_reply(const struct packet *pkt)
{
	return pkt->dst.family == AF_INET6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY;
}

/* Beyond this host: whatever comes back comes in by the same interface again. */
static void beyond(struct walk *w, int ns, int ifindex)
{
	struct addr src = w->pkt.src;
	struct leg *leg;

	w->p->points.v[w->p->points.n - 1].role = ROLE_UPLINK;
	if (w->dir == DIR_REPLY) {
		w->p->complete = addr_eq(&w->pkt.dst, &w->p->flow.src);
		add_leg(w, LEG_LEAVE, ns, ifindex, ifindex)->segment = -1;
		return;
	}
	w->p->uplink_point = (int)w->p->points.n - 1;
	w->p->outside = true;
	leg = add_leg(w, LEG_OUTSIDE, ns, ifindex, ifindex);
	leg->segment = -1; /* who is there is not ours to know */
	w->segment = -1;
	w->dir = DIR_REPLY;
	w->pkt.src = w->pkt.dst;
	w->pkt.dst = src;
	w->pkt.sport = w->p->flow.port;
	w->pkt.dport = 0;
	w->pkt.reply = true;
	w->pkt.ttl = 0; /* as many hops as there were, and somebody's own beginning */
	w->pkt.has_smac = false;
	w->pkt.has_tos = false;
	forget_tracking(w, true);
	w->pkt.icmp_type = echo_reply(&w->pkt);
	w->pkt.tcp_flags = w->p->flow.follows ? TH_ACK : TH_SYN | TH_ACK;
	if (ns == NS_HOST && w->p->flow.reply_iif)
		ifindex = w->p->flow.reply_iif;
	add_point(w, ns, ifindex, false, ROLE_UPLINK);
	arrive(w, ns, ifindex);
}

/* Is it for somebody beyond this interface? What a program gets by a tap, nobody else sees. */
static bool leads_outside(const struct walk *w, int ns, int oif)
{
	const struct link *l = ns_link(ns_of(w, ns), oif);
	int peer_ns, peer_if;

	const struct flow *f = &w->p->flow;
	bool out;

	if (w->dir == DIR_REQUEST && ns != NS_HOST && link_is_tap(l))
		return true;
	/* the answer to somebody outside; or a request for somebody there, or sent back to where it came from */
	out = w->dir == DIR_REPLY ? f->entry != 0 : f->dst_ns < 0 || (f->entry && oif == f->entry);
	return out && ns == NS_HOST && !snapshot_peer(w->s, ns, oif, &peer_ns, &peer_if);
}

/* From a bridge, by one of its ports, towards the next hop. Returns false where none leads there. */
static bool by_port(struct walk *w, enum leg_kind kind, int ns, const struct link *bridge, int in)
{
	const struct addr nexthop = wanted(w);
	const struct link *port = port_to(w, ns, bridge->ifindex, &nexthop, in);
	bool out = !port && leads_outside(w, ns, bridge->ifindex);

	if (out)
		port = outer_port(w, ns, bridge->ifindex, in);
	add_leg(w, kind, ns, in ? in : bridge->ifindex, port ? port->ifindex : 0);
	if (!port)
		return false;
	if (kind == LEG_BRIDGED) {
		cross_netdev(w, ns, HOOK_INGRESS, in);
		cross_bridge(w, ns, HOOK_PREROUTING, bridge->ifindex, in, 0);
		cross_bridge(w, ns, HOOK_FORWARD, bridge->ifindex, in, port->ifindex);
		if (ns_bridge_nf(ns_of(w, ns), bridge->ifindex, w->pkt.dst.family)) {
			const enum hook hooks[] = { HOOK_PREROUTING, HOOK_FORWARD, HOOK_POSTROUTING };

			for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
				cross(w, &(struct fw_place){
						 .ns = ns,
						 .hook = hooks[i],
						 .iif = hooks[i] == HOOK_POSTROUTING ? 0 : bridge->ifindex,
						 .oif = hooks[i] == HOOK_PREROUTING ? 0 : bridge->ifindex,
						 .port_in = in,
						 .port_out = port->ifindex,
						 .netfilter_bridged = true });
			if (w->dir == DIR_REPLY)
				untranslate(w, ns, false);
		}
	} else {
		cross_bridge(w, ns, HOOK_OUTPUT, bridge->ifindex, 0, port->ifindex);
	}
	cross_bridge(w, ns, HOOK_POSTROUTING, bridge->ifindex, in, port->ifindex);
	cross_netdev(w, ns, HOOK_EGRESS, port->ifindex);
	add_point(w, ns, port->ifindex, true, ROLE_PORT);
	if (out)
		beyond(w, ns, port->ifindex);
	else
		over_wire(w, ns, port->ifindex);
	return true;
}

/* On an interface's wire: a bridge's port, somebody else's machine, or another namespace. */
static void leave_by(struct walk *w, int ns, int oif)
{
	const struct link *l = ns_link(ns_of(w, ns), oif);
	const struct addr *asked = w->dir == DIR_REPLY ? &w->p->flow.src : &w->p->flow.dst;
	bool outside = leads_outside(w, ns, oif);

	if (!is_bridge(l)) {
		if (outside && !(l && link_shares_parent(l)))
			beyond(w, ns, oif);
		else
			over_wire(w, ns, oif);
		return;
	}
	if (by_port(w, LEG_BRIDGE_DOWN, ns, l, 0))
		return;
	/* translated to somebody on this bridge: not somebody beyond it */
	if (!outside || !addr_eq(&w->pkt.dst, asked)) {
		stop_here(w, STOP_NO_PORT, 0);
		return;
	}
	w->p->legs.n--;
	if (w->dir == DIR_REQUEST)
		w->p->request_legs = w->p->legs.n;
	beyond(w, ns, oif);
}

void predict_smac(struct packet *pkt, const struct link *l)
{
	pkt->has_smac = l && l->mac_len == sizeof(pkt->smac);
	if (pkt->has_smac)
		memcpy(pkt->smac, l->mac, sizeof(pkt->smac));
}

/* The sending leg is complete but for its way out: leave by oif. */
static void emit(struct walk *w, int ns, int oif)
{
	struct leg *leg = last_leg(w);
	const struct neigh *n;

	leg->oif = oif;
	leg->nexthop = addr_is_set(&leg->lookup.gateway) ? leg->lookup.gateway : w->pkt.dst;
	w->segment = (int)w->p->legs.n - 1;
	leg->segment = w->segment;
	n = ns_neigh(ns_of(w, ns), oif, &leg->nexthop);
	leg->resolving = n && (n->state & NUD_INCOMPLETE);
	predict_smac(&w->pkt, ns_link(ns_of(w, ns), oif));
	cross_netdev(w, ns, HOOK_EGRESS, oif);
	add_point(w, ns, oif, true, role_of(w, ns, oif));
	leave_by(w, ns, oif);
}

/* It is for a macvlan on this interface: up its wire. Returns false where it is for no one there. */
static bool to_child(struct walk *w, int ns, int parent)
{
	const struct addr a = wanted(w);
	const struct link *child;
	int child_ns;

	if (!find_child(w, ns, parent, &a, &child_ns, &child))
		return false;
	add_leg(w, LEG_WIRE, ns, parent, parent);
	come_out(w, ns, child_ns, child->ifindex);
	return true;
}

/* From a bridge port to the bridge itself. */
static void up_from_port(struct walk *w, int ns, int port, int bridge)
{
	add_leg(w, LEG_BRIDGE_UP, ns, port, bridge);
	cross_netdev(w, ns, HOOK_INGRESS, port);
	cross_bridge(w, ns, HOOK_PREROUTING, bridge, port, 0);
	/* br_nf_pre_routing() comes before the bridge knows whether the frame is its own */
	if (ns_bridge_nf(ns_of(w, ns), bridge, w->pkt.dst.family)) {
		cross(w, &(struct fw_place){ .ns = ns,
					     .hook = HOOK_PREROUTING,
					     .iif = bridge,
					     .port_in = port,
					     .netfilter_bridged = true });
		w->prerouted = true;
	}
	cross_bridge(w, ns, HOOK_INPUT, bridge, port, 0);
	add_point(w, ns, bridge, false, role_of(w, ns, bridge));
	if (!to_child(w, ns, bridge))
		network_in(w, ns, bridge);
}

/* Is the bridge's own interface, or one that shares it, whom the frame is for? */
static bool is_for_bridge(const struct walk *w, int ns, int bridge)
{
	const struct addr a = wanted(w);
	const struct link *child;
	int child_ns;

	return ns_answers(ns_of(w, ns), bridge, &a) || find_child(w, ns, bridge, &a, &child_ns, &child);
}

/* Frame on an interface: to whom shares it, to the bridge it belongs to, or up. */
static void arrive(struct walk *w, int ns, int ifindex)
{
	const struct link *l = ns_link(ns_of(w, ns), ifindex);
	const struct link *bridge = l && l->master ? ns_link(ns_of(w, ns), l->master) : NULL;
	size_t legs = w->p->legs.n;

	if (to_child(w, ns, ifindex))
		return;
	if (!is_bridge(bridge)) {
		network_in(w, ns, ifindex);
		return;
	}
	if (!is_for_bridge(w, ns, bridge->ifindex) && by_port(w, LEG_BRIDGED, ns, bridge, ifindex))
		return;
	w->p->legs.n = legs; /* nobody else is known: it ends at the bridge */
	up_from_port(w, ns, ifindex, bridge->ifindex);
}

static void deliver(struct walk *w, int ns, int iif)
{
	cross_ip(w, ns, HOOK_INPUT, iif, 0);
	w->segment = -1;
	if (w->dir == DIR_REPLY) {
		w->p->complete = !w->p->flow.entry && ns == w->p->flow.src_ns;
		return;
	}
	w->p->deliver_leg = (int)w->p->legs.n - 1;
	if (w->p->flow.entry && ns != NS_HOST) /* wherever it was translated to: here it is meant */
		vec_each(pt, &w->p->points)
			if (pt->ns == ns && pt->role == ROLE_FORWARD)
				pt->role = ROLE_TARGET;
	reply_send(w, ns, iif);
}

static struct fib_query query_of(const struct walk *w, int iif)
{
	return (struct fib_query){
		.src = w->pkt.src,
		.dst = w->pkt.dst,
		.iif = iif,
		.mark = w->pkt.mark,
		.proto = w->pkt.proto,
		.sport = w->pkt.sport,
		.dport = w->pkt.dport,
	};
}

/*
 * Proxy ARP answers for what the router reaches by another interface (arp_fwd_proxy(), net/ipv4/arp.c), proxy ND only
 * for what it is told (pndisc_is_router(), net/ipv6/ndisc.c).
 */
static bool proxied(const struct ns *ns, int iif, const struct addr *a)
{
	const struct link *l = ns_link(ns, iif);
	struct lookup way;

	if (a->family == AF_INET6) {
		if (!l || !l->inet6.forwarding || !(l->inet6.proxy_ndp || ns->all6.proxy_ndp))
			return false;
		vec_each(n, &ns->neighs)
			if (n->flags & NTF_PROXY && addr_eq(&n->addr, a) &&
			    (n->ifindex == iif || n->ifindex == 0))
				return true;
		return false;
	}
	if (!l || !(l->inet.proxy_arp || ns->all.proxy_arp))
		return false;
	fib_lookup(ns, &(struct fib_query){ .dst = *a }, &way);
	return way.error == 0 && way.type == RTN_UNICAST && way.oif != iif;
}

/* The packet is in the network layer, having come in by iif. */
static void network_in(struct walk *w, int ns, int iif)
{
	const struct ns *here = ns_of(w, ns);
	bool owned = w->segment < 0 || ns_answers(here, iif, &w->p->legs.v[w->segment].nexthop);
	bool proxy = !owned && proxied(here, iif, &w->p->legs.v[w->segment].nexthop);
	struct fib_query q;
	struct leg *leg;

	if (w->p->legs.n >= MAX_LEGS) {
		stop_here(w, STOP_LOOP, 0);
		return;
	}
	leg = add_leg(w, LEG_FORWARD, ns, iif, 0);
	leg->proxied = proxy;
	if (!owned && !proxy) {
		/* the sender asks for an address that nobody here has */
		stop_here(w, STOP_NO_OWNER, 0);
		return;
	}
	leg->segment = -1;
	leg->nexthop = (struct addr){ 0 };
	cross_netdev(w, ns, HOOK_INGRESS, iif);
	if (!w->prerouted)
		cross_ip(w, ns, HOOK_PREROUTING, iif, 0);
	w->prerouted = false;
	if (w->dir == DIR_REPLY)
		untranslate(w, ns, true);
	leg->pkt = w->pkt;
	leg->routed = true;
	q = query_of(w, iif);
	fib_lookup(here, &q, &leg->lookup);
	if (leg->lookup.error == 0 &&
	    (leg->lookup.type == RTN_LOCAL || leg->lookup.type == RTN_ANYCAST)) {
		leg->kind = LEG_DELIVER;
		deliver(w, ns, iif);
		return;
	}
	if (leg->lookup.error || leg->lookup.type != RTN_UNICAST) {
		stop_here(w, STOP_NO_ROUTE, leg->lookup.error);
		return;
	}
	if (w->pkt.ttl && w->pkt.ttl-- <= 1) {
		stop_here(w, STOP_LOOP, 0);
		return;
	}
	leg->oif = leg->lookup.oif;
	cross_ip(w, ns, HOOK_FORWARD, iif, leg->oif);
	cross_ip(w, ns, HOOK_POSTROUTING, 0, leg->oif);
	if (w->dir == DIR_REQUEST)
		note_snat(w, leg);
	else
		untranslate(w, ns, false);
	leg->pkt = w->pkt;
	emit(w, ns, leg->lookup.oif);
}

/*
 * IPv6 sends even where there is no source that could be answered: from the loopback's address, or from a link-local
 * one that no router forwards (RFC 4291, 2.5.6).
 */
static bool usable_source(const struct lookup *l, const struct addr *src)
{
	if (!addr_is_set(src) || src->family != AF_INET6 || l->type != RTN_UNICAST)
		return addr_is_set(src);
	return !addr_is_loopback(src) && !(addr_is_linklocal(src) && addr_is_set(&l->gateway) &&
					   !addr_is_linklocal(&l->prefsrc));
}

/* The namespace that is asked for has no address that could be asked: it is at fault, not who asks. */
static void stop_without_address(struct walk *w, int ns)
{
	add_leg(w, LEG_SEND, ns, 0, 0)->routed = true;
	stop_here(w, STOP_NO_SOURCE, 0);
}

/* A packet made in this namespace: the request's first leg, or the answer's to what came in by iif. */
static void send_from(struct walk *w, int ns, int iif)
{
	const struct ns *here = ns_of(w, ns);
	struct leg *leg = add_leg(w, LEG_SEND, ns, 0, 0);
	struct addr dst = w->pkt.dst;
	struct fib_query q = query_of(w, 0);

	if (dst.family == AF_INET6 && addr_is_linklocal(&dst))
		q.oif = w->dir == DIR_REQUEST ? w->p->flow.oif : iif;
	leg->routed = true;
	fib_lookup(here, &q, &leg->lookup);
	if (leg->lookup.error) {
		stop_here(w, STOP_NO_ROUTE, leg->lookup.error);
		return;
	}
	if (!addr_is_set(&w->pkt.src)) {
		w->pkt.src = fib_source(here, &leg->lookup, &w->pkt.dst);
		if (!usable_source(&leg->lookup, &w->pkt.src)) {
			w->pkt.src = (struct addr){ 0 };
			stop_here(w, STOP_NO_SOURCE, 0);
			return;
		}
		if (w->dir == DIR_REQUEST)
			w->p->flow.src = w->pkt.src;
		/* connect() asks again, with the source that it has chosen (ip_route_connect(), include/net/route.h) */
		if (dst.family == AF_INET) {
			q.src = w->pkt.src;
			fib_lookup(here, &q, &leg->lookup);
		}
		if (leg->lookup.error) {
			leg->pkt = w->pkt;
			stop_here(w, STOP_NO_ROUTE, leg->lookup.error);
			return;
		}
	}
	leg->pkt = w->pkt;
	cross_ip(w, ns, HOOK_OUTPUT, 0, leg->lookup.oif);
	if (!addr_eq(&dst, &w->pkt.dst)) { /* a DNAT for own packets: route again (ip_route_me_harder) */
		q = query_of(w, 0);
		fib_lookup(here, &q, &leg->lookup);
		if (leg->lookup.error) {
			stop_here(w, STOP_NO_ROUTE, leg->lookup.error);
			return;
		}
	}
	leg->oif = leg->lookup.oif;
	cross_ip(w, ns, HOOK_POSTROUTING, 0, leg->oif);
	if (w->dir == DIR_REQUEST)
		note_snat(w, leg);
	else
		untranslate(w, ns, false);
	leg->pkt = w->pkt;
	if (leg->lookup.type == RTN_LOCAL) {
		/* over the loopback, whatever interface holds the address */
		const struct link *lo = ns_link_by_name(here, "lo");
		int ifindex = lo ? lo->ifindex : 1;

		leg->oif = ifindex;
		add_point(w, ns, ifindex, true, ROLE_LOCAL);
		add_leg(w, LEG_WIRE, ns, ifindex, ifindex);
		add_point(w, ns, ifindex, false, ROLE_LOCAL);
		network_in(w, ns, ifindex);
		return;
	}
	emit(w, ns, leg->lookup.oif);
}

static void reply_send(struct walk *w, int ns, int iif)
{
	struct addr src = w->pkt.src;

	w->dir = DIR_REPLY;
	w->pkt.src = w->pkt.dst;
	w->pkt.dst = src;
	w->pkt.sport = w->pkt.dport;
	w->pkt.dport = 0;
	w->pkt.reply = true;
	w->pkt.ttl = 64;
	w->pkt.has_tos = false;
	forget_tracking(w, true);
	w->pkt.icmp_type = echo_reply(&w->pkt);
	w->pkt.tcp_flags = w->p->flow.follows ? TH_ACK : TH_SYN | TH_ACK;
	send_from(w, ns, iif);
}

/* As received by the uplink. */
static void enter(struct walk *w, int uplink)
{
	add_leg(w, LEG_ENTER, NS_HOST, 0, uplink);
	add_point(w, NS_HOST, uplink, false, ROLE_UPLINK);
	arrive(w, NS_HOST, uplink);
}

bool predict_may_leave(const struct snapshot *s, const struct path *path)
{
	const struct leg *last = path->legs.n ? &path->legs.v[path->legs.n - 1] : NULL;
	int ifindex;

	if (!last || last->ns != NS_HOST || last->dir != DIR_REQUEST ||
	    (last->stop != STOP_PEER_UNKNOWN && last->stop != STOP_NO_PORT))
		return false;
	ifindex = last->oif ? last->oif : last->iif;
	vec_each(l, &snapshot_ns(s, NS_HOST)->links)
		if ((l->ifindex == ifindex || l->master == ifindex) && leads_away(l))
			return true;
	return false;
}

struct path *predict(const struct snapshot *s, const struct flow *flow)
{
	struct walk w = { .s = s, .dir = DIR_REQUEST, .segment = -1 };

	w.p = xcalloc(1, sizeof(*w.p));
	w.p->flow = *flow;
	w.p->uplink_point = w.p->deliver_leg = w.p->taken_leg = -1;
	w.pkt = (struct packet){
		.src = flow->src,
		.dst = flow->dst,
		.proto = flow->proto,
		.dport = flow->port,
		.icmp_type = flow->dst.family == AF_INET6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO,
		.tcp_flags = flow->follows ? TH_ACK : TH_SYN,
		.ttl = 64,
		.size = flow->size,
		.ct = CT_NEW,
	};
	if (flow->entry)
		enter(&w, flow->entry);
	else if (!addr_is_set(&flow->dst) && flow->dst_ns >= 0)
		stop_without_address(&w, flow->dst_ns);
	else
		send_from(&w, flow->src_ns, 0);
	vec_free(&w.bindings);
	vec_free(&w.tracking);
	return w.p;
}
