/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "faults/say.h"

#include "fib.h"

#include <linux/rtnetlink.h>
#include <stdio.h>

void say(struct finding *f, int ns, const char *object, const char *message, ...)
{
	struct strbuf b = { 0 };
	va_list ap;

	va_start(ap, message);
	strbuf_vprintf(&b, message, ap);
	va_end(ap);
	f->ns = ns;
	f->object = xstrdup(object);
	f->message = strbuf_take(&b);
}

static void push(op_strings *v, const char *format, va_list ap)
{
	struct strbuf b = { 0 };

	strbuf_vprintf(&b, format, ap);
	vec_push(v, strbuf_take(&b));
}

void say_evidence(struct finding *f, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	push(&f->evidence, format, ap);
	va_end(ap);
}

void say_advice(struct finding *f, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	push(&f->advice, format, ap);
	va_end(ap);
}

struct op *say_op(struct finding *f, enum op_kind kind, int ns, int ifindex)
{
	struct op *op = vec_add(&f->ops);

	op->kind = kind;
	op->ns = ns;
	op->ifindex = ifindex;
	op->route.raw = op->rule.raw = op->neigh.raw = SIZE_MAX;
	return op;
}

void say_host_route(const struct question *q, struct finding *f, const struct addr *a, const struct link *l)
{
	_cleanup_(freep) char *ip = op_ip_in(q->s, f->ns, AF_UNSPEC);

	say_advice(f, "%s route add %s/%zu dev %s", ip, addr_text(a).s, addr_len(a->family) * 8, shell_word(l->name).s);
}

void say_rule_object(struct finding *f)
{
	const struct rule_ref *r = &f->rule;

	free(f->object);
	f->object = r->handle ? xasprintf("%s %s %s %llu", r->family, r->table, r->chain,
					  (unsigned long long)r->handle) :
				xasprintf("%s %s %s", r->family, r->table, r->chain);
	if (r->text)
		say_evidence(f, "%s: %s", f->object, r->text);
}

void say_rule(const struct question *q, struct finding *f, int ns, const struct nft_chain *chain, uint64_t handle)
{
	if (!chain || f->has_rule)
		return;
	fw_rule_ref(q->s, ns, chain, handle, &f->rule);
	f->has_rule = true;
	if (f->rule.text)
		say_evidence(f, "rule: %s", f->rule.text);
}

void port_text(char *text, size_t n, const struct addr *a, uint16_t port)
{
	if (port)
		snprintf(text, n, a->family == AF_INET6 ? "[%s]:%u" : "%s:%u", addr_text(a).s, port);
	else
		snprintf(text, n, "%s", addr_text(a).s);
}

struct shell_word shell_word(const char *name)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	struct shell_word w;

	op_shell_word(&b, name);
	str_copy(w.s, sizeof(w.s), strbuf_str(&b));
	return w;
}

struct mac_text mac_text(const uint8_t *mac)
{
	struct mac_text t;

	snprintf(t.s, sizeof(t.s), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	return t;
}

void say_port_flag(const struct question *q, struct finding *f, const struct link *port, const char *flag, bool on)
{
	struct op *op = say_op(f, OP_PORT_FLAG, q->leg->ns, port->ifindex);

	op->flag = snapshot_intern(q->s, flag);
	op->value = on;
	op->old = !on;
}

const char *switch_name(const struct question *q, int ns, int ifindex, const char *name)
{
	char key[64];

	snprintf(key, sizeof(key), "net.ipv4.conf.%s.%s", ifname(q, ns, ifindex).s, name);
	return snapshot_intern(q->s, key);
}

struct op *say_switch(const struct question *q, struct finding *f, int ns, int ifindex,
		      const char *name, int value, int old)
{
	struct op *op = say_op(f, OP_SYSCTL, ns, ifindex);

	op->sysctl = switch_name(q, ns, ifindex, name);
	op->value = value;
	op->old = old;
	return op;
}

void say_route(struct finding *f, int ns, const struct prefix *dst, const struct addr *via, int oif)
{
	struct op *op = say_op(f, OP_ROUTE_ADD, ns, oif);

	op->route.dst = *dst;
	op->route.table = RT_TABLE_MAIN;
	op->route.type = RTN_UNICAST;
	op->route.protocol = RTPROT_BOOT;
	op->route.scope = addr_is_set(via) ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	op->route.nh.gateway = *via;
	op->route.nh.oif = oif;
	op->route.nexthops = 1;
}

bool by_model(const struct question *q)
{
	return !q->ev;
}

bool arp_failed(const struct question *q)
{
	int segment = q->leg->incoming;

	if (q->leg->kind == LEG_OUTSIDE)
		segment = q->index > 0 ? q->path->legs.v[q->index - 1].segment : -1;
	return q->ev && q->ev->arp_segment >= 0 && segment == q->ev->arp_segment;
}

const struct leg *sender_before(const struct question *q)
{
	int segment = q->index > 0 ? q->path->legs.v[q->index - 1].segment : -1;

	return segment >= 0 ? &q->path->legs.v[segment] : NULL;
}

static const struct tc_filter *filter_at(const struct ns *ns, int ifindex, bool egress)
{
	vec_each(f, &ns->filters)
		if (f->ifindex == ifindex && f->egress == egress)
			return f;
	return NULL;
}

const struct queue_count *tc_dropped(const struct question *q, const struct tc_filter **ret_filter)
{
	const struct leg *leg = q->leg;
	uint32_t lost;
	int in, out;

	if (!q->ev || leg->kind == LEG_WIRE || leg->kind == LEG_OUTSIDE || leg->kind == LEG_LEAVE)
		return NULL;
	lost = q->ev->loss == LOSS_PACKET ? q->ev->sent : 1;
	/* the answer to ARP goes the other way */
	in = q->ev->loss == LOSS_ARP_REPLY ? leg->oif : leg->iif;
	out = q->ev->loss == LOSS_ARP_REPLY ? leg->iif : leg->oif;
	vec_each(c, &q->facts->obs->queues) {
		bool place = streq(c->kind, "clsact") || streq(c->kind, "ingress");

		if (c->ns != leg->ns || c->packets < lost || (c->ifindex != out && (!place || c->ifindex != in)))
			continue;
		*ret_filter = NULL;
		if (place && c->ifindex == in)
			*ret_filter = filter_at(leg_ns(q), in, false);
		if (place && !*ret_filter && c->ifindex == out)
			*ret_filter = filter_at(leg_ns(q), out, true);
		if (!place || *ret_filter)
			return c;
	}
	return NULL;
}

bool source_is_answered(const struct question *q)
{
	const struct observations *obs = q->facts->obs;
	const struct sighting *left = q->ev && q->ev->uplink_sighting >= 0 ?
					      &obs->sightings.v[q->ev->uplink_sighting] : NULL;

	if (!left)
		return false;
	vec_each(s, &obs->sightings)
		if (s->kind == SIGHT_REPLY && !s->out && s->ns == left->ns && s->ifindex == left->ifindex &&
		    addr_eq(&s->pkt.dst, &left->pkt.src))
			return true;
	return false;
}

const struct ns *leg_ns(const struct question *q)
{
	return snapshot_ns(q->s, q->leg->ns);
}

struct who who(const struct question *q, int ns)
{
	struct who w;

	str_copy(w.s, sizeof(w.s), ns == NS_HOST ? "this host" : snapshot_ns(q->s, ns)->name);
	return w;
}

struct ifname ifname(const struct question *q, int ns, int ifindex)
{
	return ns_ifname(snapshot_ns(q->s, ns), ifindex);
}

const struct leg *sender_of(const struct question *q)
{
	int i = q->leg->incoming >= 0 ? q->leg->incoming : q->leg->segment;

	return i >= 0 ? &q->path->legs.v[i] : NULL;
}

const struct leg *deciding(const struct question *q)
{
	const struct leg *l = q->leg;

	if (l->routed && l->lookup.error == 0 && l->oif && l->segment == (int)q->index)
		return l;
	return l->segment >= 0 ? &q->path->legs.v[l->segment] : NULL;
}

/* A link-local address is one of the link alone: does the other end of the sender's have it? */
static bool link_owner(const struct question *q, const struct addr *a, int *ret_ns, int *ret_ifindex)
{
	const struct leg *sender = sender_of(q);
	const struct link *end;
	int ns;

	if (!sender || !segment_end(q, sender->ns, sender->oif, &ns, &end) ||
	    !ns_is_local_by(snapshot_ns(q->s, ns), end->ifindex, a))
		return false;
	*ret_ns = ns;
	*ret_ifindex = end->ifindex;
	return true;
}

bool owner_of(const struct question *q, const struct addr *a, int except, int *ret_ns,
	      int *ret_ifindex)
{
	if (a->family == AF_INET6 && addr_is_linklocal(a))
		return link_owner(q, a, ret_ns, ret_ifindex);
	for (size_t i = 0; i < q->s->ns.n; i++) {
		const struct iface_addr *own = ns_addr(snapshot_ns(q->s, (int)i), a);

		if ((int)i == except || !own || addr_is_loopback(a))
			continue;
		*ret_ns = (int)i;
		*ret_ifindex = own->ifindex;
		return true;
	}
	return false;
}

const struct link *end_towards(const struct question *q, int ns, int far)
{
	vec_each(l, &snapshot_ns(q->s, ns)->links) {
		int peer_ns, peer_if;

		if (snapshot_peer(q->s, ns, l->ifindex, &peer_ns, &peer_if) && peer_ns == far &&
		    far != ns)
			return l;
	}
	return NULL;
}

const struct link *bridge_for(const struct ns *ns, const struct addr *a)
{
	const struct link *holds = NULL, *only = NULL;
	size_t bridges = 0, holders = 0;

	vec_each(l, &ns->links) {
		if (!is_bridge(l))
			continue;
		bridges++;
		only = l;
		if (ns_addr_on(ns, l->ifindex, a->family, a)) {
			holders++;
			holds = l;
		}
	}
	if (holders)
		return holders == 1 ? holds : NULL;
	if (bridges != 1 || ns_addr_on(ns, only->ifindex, a->family, &(struct addr){ 0 }))
		return NULL;
	return only;
}

bool routed_end(const struct ns *ns, const struct link *l)
{
	static const struct prefix link_local = { .addr = { .family = AF_INET6, .b = { 0xfe, 0x80 } }, .len = 10 };

	if (ns_addr_on(ns, l->ifindex, AF_INET, &(struct addr){ 0 }) ||
	    ns_addr_on(ns, l->ifindex, AF_INET6, &(struct addr){ 0 }))
		return true;
	/* every interface has its routes to IPv6's link-local and multicast addresses */
	vec_each(r, &ns->routes)
		if (r->nh.oif == l->ifindex && !addr_is_multicast(&r->dst.addr) &&
		    !prefix_has(&link_local, &r->dst.addr))
			return true;
	return false;
}

/* The one bridge of ns that has the address of a router which the asker knows behind its interface; NULL: none. */
static const struct link *bridge_of_router(const struct ns *ns, const struct ns *asker, int ifindex)
{
	const struct link *found = NULL;

	vec_each(r, &asker->routes) {
		if (r->nh.oif != ifindex || !addr_is_set(&r->nh.gateway))
			continue;
		vec_each(a, &ns->addrs) {
			const struct link *l = ns_link(ns, a->ifindex);

			if (!addr_eq(&a->prefix.addr, &r->nh.gateway) || !l || !is_bridge(l))
				continue;
			if (found && found != l)
				return NULL;
			found = l;
		}
	}
	return found;
}

bool segment_end(const struct question *q, int ns, int ifindex, int *ret_ns,
		 const struct link **ret_link)
{
	uint8_t family = q->leg->pkt.dst.family == AF_INET6 ? AF_INET6 : AF_INET;
	const struct iface_addr *own = ns_addr_on(snapshot_ns(q->s, ns), ifindex, family,
						  &(struct addr){ 0 });
	const struct link *l, *bridge = NULL;
	int peer_ns, peer_if;

	if (!snapshot_peer(q->s, ns, ifindex, &peer_ns, &peer_if) || peer_ns == ns)
		return false;
	l = ns_link(snapshot_ns(q->s, peer_ns), peer_if);
	if (!l)
		return false;
	if (l->master) {
		bridge = ns_link(snapshot_ns(q->s, peer_ns), l->master);
	} else if (own && !routed_end(snapshot_ns(q->s, peer_ns), l)) {
		bridge = bridge_for(snapshot_ns(q->s, peer_ns), &own->prefix.addr);
		if (!bridge)
			bridge = bridge_of_router(snapshot_ns(q->s, peer_ns), snapshot_ns(q->s, ns), ifindex);
	}
	*ret_ns = peer_ns;
	*ret_link = bridge ? bridge : l;
	return true;
}

const struct link *straight_way(const struct question *q, const struct addr *a)
{
	const struct link *end = NULL;
	int owner, own, end_ns;

	return owner_of(q, a, q->leg->ns, &owner, &own) && segment_end(q, owner, own, &end_ns, &end) &&
			       end_ns == q->leg->ns ? end : NULL;
}

bool known_elsewhere(const struct question *q, const struct leg *sender, int *ret_ns,
		     const struct link **ret_link)
{
	struct lookup l;

	if (addr_is_set(&sender->lookup.gateway) ||
	    !segment_end(q, sender->ns, sender->oif, ret_ns, ret_link))
		return false;
	fib_lookup(snapshot_ns(q->s, *ret_ns), &(struct fib_query){ .dst = sender->nexthop }, &l);
	return l.error == 0 && l.oif != (*ret_link)->ifindex;
}

bool to_gateway(const struct question *q, const struct leg *sender)
{
	if (addr_is_set(&sender->lookup.gateway))
		return true;
	vec_each(r, &snapshot_ns(q->s, sender->ns)->routes)
		if (r->nh.oif == sender->oif && addr_eq(&r->nh.gateway, &sender->nexthop))
			return true;
	return false;
}

bool leaves_by_segment(const struct question *q, const struct leg *sender)
{
	for (size_t i = 0; i < q->path->legs.n; i++) {
		const struct leg *l = &q->path->legs.v[i];

		if (l > sender && l->segment != sender->segment)
			return l->kind == LEG_OUTSIDE;
	}
	return false;
}

const char *resolution(const struct question *q)
{
	return q->leg->pkt.dst.family == AF_INET6 ? "ND" : "ARP";
}

bool is_carrier(const struct link *l)
{
	/* what the kernel makes in every namespace is none either */
	static const char *const fallbacks[] = { "ipip",  "gre",  "gretap", "erspan",
						 "vti",   "vti6", "sit",    "ip6tnl",
						 "ip6gre", NULL };

	if (l->flags & IFF_LOOPBACK)
		return false;
	for (size_t i = 0; fallbacks[i]; i++)
		if (streq(l->kind, fallbacks[i]) && l->name[strlen(l->name) - 1] == '0' &&
		    !(l->flags & IFF_UP))
			return false;
	return true;
}

bool is_bridge(const struct link *l)
{
	return l && streq(l->kind, "bridge");
}

bool is_up(const struct link *l)
{
	return l && (l->flags & IFF_UP);
}

bool has_address(const struct ns *ns, uint8_t family)
{
	vec_each(a, &ns->addrs)
		if (a->prefix.addr.family == family && !addr_is_loopback(&a->prefix.addr) &&
		    a->scope < RT_SCOPE_HOST && iface_addr_usable(a) &&
		    !(family == AF_INET6 && addr_is_linklocal(&a->prefix.addr)))
			return true;
	return false;
}

const struct leg *request_leg(const struct question *q, int ns)
{
	for (size_t i = 0; i < q->path->request_legs; i++) {
		const struct leg *l = &q->path->legs.v[i];

		if (l->ns == ns && (l->kind == LEG_FORWARD || l->kind == LEG_DELIVER))
			return l;
	}
	return NULL;
}

int request_iif(const struct question *q, int ns)
{
	const struct leg *l = request_leg(q, ns);

	return l ? l->iif : 0;
}

bool led_home(const struct question *q)
{
	const struct flow *flow = &q->path->flow;

	return q->leg->dir == DIR_REQUEST && q->index > 0 && q->leg->ns == flow->src_ns && !flow->entry &&
	       addr_eq(&q->leg->pkt.src, &flow->src) && !addr_is_loopback(&flow->src) &&
	       !addr_eq(&q->leg->pkt.dst, &flow->dst);
}

void say_near_misses(struct finding *f, const struct near_miss *misses, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		say_evidence(f, "nearest rule: %s (%s)", misses[i].rule, misses[i].why);
		free(misses[i].rule);
		free(misses[i].why);
	}
}
