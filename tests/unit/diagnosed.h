/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diagnosed - diagnoses made by hand, for the tests of what is printed, drawn and written */
#ifndef DIAGNOSED_H
#define DIAGNOSED_H

#include "unit.h"

#include "report.h"

/* --- a world: netns1 ── veth0 ─ br0 ── host ── eth0 ── outside --- */

enum { CETH0 = 2, ETH0 = 2, BR0 = 3, VETH0 = 4 };

static int netns1;

static inline struct addr address(const char *text)
{
	struct addr a = { 0 };

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static inline void add_link(struct snapshot *s, int ns, int ifindex, const char *name)
{
	struct link *l = vec_add(&s->ns.v[ns].links);

	l->ifindex = ifindex;
	l->mtu = 1500;
	str_copy(l->name, sizeof(l->name), name);
}

static inline struct snapshot *world(const char *name)
{
	struct snapshot *s = snapshot_new();

	if (s->ns.n == 0)
		snapshot_add(s, "host", 4026531840);
	netns1 = snapshot_add(s, name, 4026532177);
	s->ns.v[netns1].named = true;
	add_link(s, NS_HOST, ETH0, "eth0");
	add_link(s, NS_HOST, BR0, "br0");
	add_link(s, NS_HOST, VETH0, "veth0");
	add_link(s, netns1, CETH0, "ceth0");
	return s;
}

static inline struct hop *add_hop(struct diagnosis *d, int ns, int ifindex, enum point_role role,
			   const char *addr)
{
	struct hop *h = vec_add(&d->path);

	h->ns = ns;
	h->ifindex = ifindex;
	h->role = role;
	if (addr)
		h->address = address(addr);
	h->request = h->reply = (struct hop_side){ .state = HOP_NOT_REACHED, .first_us = -1 };
	return h;
}

static inline struct probe *add_probe(struct diagnosis *d, enum proto proto, uint16_t port,
			       enum probe_outcome outcome, int64_t rtt_us)
{
	struct probe *p = vec_add(&d->probes);
	struct attempt *a = vec_add(&p->attempts);

	p->proto = proto;
	p->port = port;
	p->size = proto == PROTO_ICMP ? 84 : 40;
	p->outcome = a->outcome = outcome;
	p->answered = outcome == PROBE_ANSWERED;
	p->rtt_us = rtt_us;
	a->sent_us = 1700000000000000;
	return p;
}

/* The question and the way, with nothing seen yet. */
static inline struct diagnosis *asked(const char *name)
{
	struct diagnosis *d = xcalloc(1, sizeof(*d));

	d->snapshot = world(name);
	d->mark_hop = MARK_NONE;
	d->source = (struct endpoint){ .name = xstrdup(name), .kind = "netns", .ns = netns1 };
	d->source.address = address("192.168.0.2");
	d->destination = (struct endpoint){ .kind = "address", .ns = -1, .proto = PROTO_ICMP };
	d->destination.address = address("8.8.8.8");
	add_hop(d, netns1, CETH0, ROLE_SOURCE, "192.168.0.2");
	add_hop(d, NS_HOST, VETH0, ROLE_PORT, NULL)->bridge = BR0;
	add_hop(d, NS_HOST, BR0, ROLE_BRIDGE, "192.168.0.1");
	add_hop(d, NS_HOST, ETH0, ROLE_UPLINK, "172.31.8.154");
	d->collect_ms = 4.06;
	d->probe_ms = 22;
	d->total_ms = 31.5;
	return d;
}

static inline void set_seen(struct hop_side *side, unsigned int packets, int64_t first_us)
{
	*side = (struct hop_side){ .state = HOP_SEEN, .packets = packets, .first_us = first_us };
}

/* The request came as far as hop n - 1, the answer back from there to hop m. */
static inline void seen(struct diagnosis *d, size_t n, size_t m, unsigned int packets)
{
	for (size_t i = 0; i < n; i++)
		set_seen(&d->path.v[i].request, packets, 10 * (int64_t)i);
	for (size_t i = m; i < d->path.n; i++)
		set_seen(&d->path.v[i].reply, packets, 1740 + 10 * (int64_t)(d->path.n - i));
}

static inline struct finding *add_finding(struct diagnosis *d, const char *code,
					  enum finding_role role, const char *message)
{
	struct finding *f = vec_add(&d->findings);

	f->code = code;
	f->role = role;
	f->confidence = role == FINDING_CAUSE ? CONFIRMED : LIKELY;
	f->protocols = 1u << PROTO_ICMP | 1u << PROTO_TCP;
	f->ports = 443;
	f->message = xstrdup(message);
	return f;
}

static inline void add_evidence(struct finding *f, const char *text)
{
	vec_push(&f->evidence, xstrdup(text));
}

static inline struct diagnosis *healthy(void)
{
	struct diagnosis *d = asked("netns1");

	d->verdict = VERDICT_REACHABLE;
	d->summary = xstrdup("netns1 reaches 8.8.8.8 in 1.7 ms.");
	seen(d, 4, 0, 1);
	add_probe(d, PROTO_ICMP, 0, PROBE_ANSWERED, 1740)->question = true;
	add_probe(d, PROTO_TCP, 443, PROBE_ANSWERED, 1911);
	add_probe(d, PROTO_ICMP, 0, PROBE_ANSWERED, 1650)->control = true;
	add_probe(d, PROTO_ICMP, 0, PROBE_ANSWERED, 1800)->full = true;
	d->probes.v[3].size = 1500;
	return d;
}

static inline struct diagnosis *not_forwarded(void)
{
	struct diagnosis *d = asked("netns1");
	struct finding *f;
	struct op *op;

	d->verdict = VERDICT_UNREACHABLE;
	d->summary = xstrdup("netns1 cannot reach 8.8.8.8: this host does not forward IPv4 "
			     "(net.ipv4.ip_forward = 0), packets end at br0.");
	seen(d, 3, 4, 3);
	d->path.v[3].request.state = HOP_LOST;
	d->mark_hop = 3;
	add_probe(d, PROTO_ICMP, 0, PROBE_LOST, -1)->question = true;
	add_probe(d, PROTO_ICMP, 0, PROBE_ANSWERED, 1730)->control = true;
	f = add_finding(d, "ip-forward-off", FINDING_CAUSE,
			"this host does not forward IPv4 (net.ipv4.ip_forward = 0)");
	f->mark = "not forwarded";
	f->object = xstrdup("net.ipv4.ip_forward");
	f->safety = SAFETY_CONSENT;
	add_evidence(f, "net.ipv4.ip_forward is 0");
	add_evidence(f, "br0 saw 3 of 3 requests, eth0 saw 0 of 3");
	op = vec_add(&f->ops);
	op->kind = OP_SYSCTL;
	op->sysctl = "net.ipv4.ip_forward";
	op->value = 1;
	f = add_finding(d, "masquerade-missing", FINDING_NEXT, "nothing translates 192.168.0.2 on "
							       "eth0");
	f->safety = SAFETY_CONSENT;
	vec_push(&f->advice, xstrdup("iptables -t nat -A POSTROUTING -s 192.168.0.0/16 -o eth0 "
				     "-j MASQUERADE"));
	return d;
}

static inline struct diagnosis *reply_dropped(void)
{
	struct diagnosis *d = asked("netns1");
	struct finding *f;

	d->verdict = VERDICT_UNREACHABLE;
	d->summary = xstrdup("netns1 cannot reach 8.8.8.8: a rule of this host drops the answer.");
	seen(d, 4, 3, 2);
	d->path.v[2].reply.state = HOP_LOST;
	d->mark_hop = 2;
	d->mark_dir = DIR_REPLY;
	add_probe(d, PROTO_ICMP, 0, PROBE_LOST, -1)->question = true;
	f = add_finding(d, "forward-drop", FINDING_CAUSE, "a rule of this host drops the answer");
	f->dir = DIR_REPLY;
	f->protocols = 1u << PROTO_ICMP;
	f->safety = SAFETY_MANUAL;
	f->mark = "dropped by a rule";
	f->has_rule = true;
	f->rule = (struct rule_ref){
		.backend = "iptables-nft",
		.family = "ip",
		.table = xstrdup("filter"),
		.chain = xstrdup("FORWARD"),
		.handle = 7,
		.text = xstrdup("-A FORWARD -i eth0 -j DROP"),
	};
	return d;
}

/* a name that would clear the screen, one that is no UTF-8, one that is too long */
#define HOSTILE "\033[2J\xff\xc3\xbc\"\\{\xf0\x9f\x98"

static inline struct diagnosis *hostile(void)
{
	struct diagnosis *d = not_forwarded();
	struct finding *f = &d->findings.v[0];

	free(d->source.name);
	d->source.name = xstrdup(HOSTILE);
	d->snapshot->ns.v[netns1].name = HOSTILE HOSTILE HOSTILE HOSTILE HOSTILE HOSTILE;
	str_copy(d->snapshot->ns.v[netns1].links.v[0].name, IFNAMSIZ, "\r\n\x80\x7f");
	add_evidence(f, HOSTILE);
	f->has_rule = true;
	f->rule = (struct rule_ref){ .backend = "nft", .family = "ip" };
	f->rule.table = xstrdup(HOSTILE);
	f->rule.chain = xstrdup("\x01");
	f->rule.text = xstrdup("comment \"" HOSTILE "\"");
	vec_push(&d->notes, xstrdup(HOSTILE));
	*vec_add(&d->unchecked) = (struct unchecked){ xstrdup(HOSTILE), xstrdup(HOSTILE) };
	d->collect_ms = -1;
	d->total_ms = 0.0 / 0.0;
	return d;
}

#endif
