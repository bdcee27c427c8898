/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network of two namespaces built in memory: what the model makes of it, and
 * how far a probe is said to have come by what was seen.
 *
 *   web: eth0 10.1.0.2/24 ── port ─ bridge 10.1.0.1/24   host   wan 203.0.113.5/24 ── gateway .1
 */
#include "unit.h"

#include <errno.h>
#include <netinet/in.h>
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>

#include "diagnose.h"
#include "fib.h"
#include "nameserver.h"
#include "predict.h"
#include "reason.h"
#include "watch.h"

enum { WEB = 1, ETH0 = 2, PORT = 3, BRIDGE = 4, WAN = 5 };

static struct addr A(const char *s)
{
	struct addr a = { 0 };

	assert_int_equal(addr_parse(s, &a), 0);
	return a;
}

static struct link *add_link(struct snapshot *s, int ns, int ifindex, const char *name,
			     const char *kind)
{
	struct link *l = vec_add(&s->ns.v[ns].links);

	l->ifindex = ifindex;
	str_copy(l->name, sizeof(l->name), name);
	str_copy(l->kind, sizeof(l->kind), kind);
	l->flags = IFF_UP | IFF_RUNNING;
	l->type = 1;
	l->carrier = true;
	l->mtu = 1500;
	l->peer_nsid = -1;
	l->inet = (struct devconf){ .known = true, .forwarding = 1 };
	return l;
}

static void add_route(struct snapshot *s, int ns, const char *dst, uint8_t len, uint32_t table,
		      uint8_t type, const char *via, int oif)
{
	struct route *r = vec_add(&s->ns.v[ns].routes);

	r->dst = (struct prefix){ .addr = A(dst), .len = len };
	r->table = table;
	r->type = type;
	r->scope = via ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	r->nh.oif = oif;
	if (via)
		r->nh.gateway = A(via);
	r->nexthops = 1;
	r->raw = SIZE_MAX;
}

/* An address with the routes that the kernel makes for it. */
static void add_address(struct snapshot *s, int ns, int ifindex, const char *address,
			const char *network, uint8_t len)
{
	struct iface_addr *a = vec_add(&s->ns.v[ns].addrs);

	a->ifindex = ifindex;
	a->prefix = (struct prefix){ .addr = A(address), .len = len };
	add_route(s, ns, address, 32, RT_TABLE_LOCAL, RTN_LOCAL, NULL, ifindex);
	add_route(s, ns, network, len, RT_TABLE_MAIN, RTN_UNICAST, NULL, ifindex);
}

static struct snapshot *world(void)
{
	struct snapshot *s = snapshot_new();
	struct link *l;

	snapshot_add(s, "host", 1);
	snapshot_add(s, "web", 2);
	for (int ns = 0; ns < 2; ns++) {
		add_link(s, ns, 1, "lo", "")->flags |= IFF_LOOPBACK;
		vec_push(&s->ns.v[ns].nsids, ((struct nsid){ .nsid = 7, .ns = !ns }));
		s->ns.v[ns].all = (struct devconf){ .known = true, .forwarding = 1 };
		s->ns.v[ns].bridge_nf_call_iptables = -1;
	}
	l = add_link(s, WEB, ETH0, "eth0", "veth");
	l->peer = PORT;
	l->peer_nsid = 7;
	l = add_link(s, NS_HOST, PORT, "port", "veth");
	l->peer = ETH0;
	l->peer_nsid = 7;
	l->master = BRIDGE;
	l->brport = (struct brport){ .is_port = true, .state = 3 };
	add_link(s, NS_HOST, BRIDGE, "bridge", "bridge");
	add_link(s, NS_HOST, WAN, "wan", "");
	add_address(s, WEB, ETH0, "10.1.0.2", "10.1.0.0", 24);
	add_address(s, NS_HOST, BRIDGE, "10.1.0.1", "10.1.0.0", 24);
	add_address(s, NS_HOST, WAN, "203.0.113.5", "203.0.113.0", 24);
	add_route(s, WEB, "0.0.0.0", 0, RT_TABLE_MAIN, RTN_UNICAST, "10.1.0.1", ETH0);
	add_route(s, NS_HOST, "0.0.0.0", 0, RT_TABLE_MAIN, RTN_UNICAST, "203.0.113.1", WAN);
	return s;
}

static struct flow question(const char *dst, int dst_ns)
{
	return (struct flow){ .src_ns = WEB, .dst_ns = dst_ns, .dst = A(dst), .size = 84 };
}

static void assert_point(const struct path *p, size_t i, int ns, int ifindex, bool out)
{
	assert_true(i < p->points.n);
	assert_int_equal(p->points.v[i].ns, ns);
	assert_int_equal(p->points.v[i].ifindex, ifindex);
	assert_int_equal(p->points.v[i].out, out);
}

/* --- the way --- */

static void the_way_out_and_back(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();
	struct flow f = question("198.51.100.9", -1);
	_cleanup_(path_freep) struct path *p = predict(s, &f);

	assert_point(p, 0, WEB, ETH0, true);
	assert_point(p, 1, NS_HOST, PORT, false);
	assert_point(p, 2, NS_HOST, BRIDGE, false);
	assert_point(p, 3, NS_HOST, WAN, true);
	assert_point(p, 4, NS_HOST, WAN, false);
	assert_point(p, 5, NS_HOST, BRIDGE, true);
	assert_point(p, 6, NS_HOST, PORT, true);
	assert_point(p, 7, WEB, ETH0, false);
	assert_int_equal(p->points.n, 8);
	assert_true(p->complete);
	assert_true(p->outside);
	assert_int_equal(p->uplink_point, 3);
	assert_false(p->snat);
	assert_true(addr_eq(&p->flow.src, &(struct addr){ AF_INET, { 10, 1, 0, 2 } }));
}

static void to_the_host_itself(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();
	struct flow f = question("203.0.113.5", NS_HOST);
	_cleanup_(path_freep) struct path *p = predict(s, &f);

	assert_true(p->complete);
	assert_false(p->outside);
	assert_int_equal(p->legs.v[p->deliver_leg].kind, LEG_DELIVER);
	assert_int_equal(p->legs.v[p->deliver_leg].iif, BRIDGE);
}

static void no_route_stops_the_walk(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();
	struct flow f = question("198.51.100.9", -1);
	_cleanup_(path_freep) struct path *p = NULL;

	s->ns.v[WEB].routes.n--;
	p = predict(s, &f);
	assert_int_equal(p->points.n, 0);
	assert_int_equal(p->legs.v[0].stop, STOP_NO_ROUTE);
	assert_int_equal(p->legs.v[0].stop_errno, -ENETUNREACH);
	assert_false(p->complete);
}

/* --- routes --- */

static void the_longest_prefix_then_the_metric(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();
	struct ns *host = &s->ns.v[NS_HOST];
	struct lookup l;

	add_route(s, NS_HOST, "198.51.100.0", 24, RT_TABLE_MAIN, RTN_UNICAST, "203.0.113.7", WAN);
	host->routes.v[host->routes.n - 1].priority = 100;
	add_route(s, NS_HOST, "198.51.100.0", 24, RT_TABLE_MAIN, RTN_UNICAST, "203.0.113.8", WAN);
	fib_lookup(host, &(struct fib_query){ .dst = A("198.51.100.9") }, &l);
	assert_int_equal(l.error, 0);
	assert_true(addr_eq(&l.gateway, &(struct addr){ AF_INET, { 203, 0, 113, 8 } }));
	add_route(s, NS_HOST, "198.51.100.9", 32, RT_TABLE_MAIN, RTN_BLACKHOLE, NULL, 0);
	fib_lookup(host, &(struct fib_query){ .dst = A("198.51.100.9") }, &l);
	assert_int_equal(l.error, -EINVAL);
	assert_int_equal(l.route->type, RTN_BLACKHOLE);
}

static void the_reverse_path(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();
	struct ns *host = &s->ns.v[NS_HOST];
	struct fib_query q = { .src = A("10.1.0.2"), .dst = A("198.51.100.9"), .iif = WAN, .oif = WAN };

	assert_int_equal(fib_reverse_path(host, &q, NULL), RPF_PASS);
	host->all.rp_filter = 1;
	assert_int_equal(fib_reverse_path(host, &q, NULL), RPF_DROP);
	host->links.v[3].inet.rp_filter = 2; /* the larger one counts: loose */
	assert_int_equal(fib_reverse_path(host, &q, NULL), RPF_PASS);
	q.iif = BRIDGE;
	assert_int_equal(fib_reverse_path(host, &q, NULL), RPF_PASS);
	q.src = A("203.0.113.5");
	assert_int_equal(fib_reverse_path(host, &q, NULL), RPF_MARTIAN);
}

/* --- findings by the model alone --- */

/* Codes of the findings under --no-probe, "code code …"; the first is about that namespace. */
static void model_says_of(struct snapshot *s, struct flow f, int ns, const char *codes)
{
	struct asked asked = { .path = predict(s, &f) };
	struct probe probe = { .ns = WEB, .dst = f.dst, .question = true, .rtt_us = -1 };
	struct observations obs = { 0 };
	struct inquiry in = { .s = s, .obs = &obs, .probes = &probe, .asked = &asked, .n = 1,
			      .no_probe = true };
	struct diagnosis *d = xcalloc(1, sizeof(*d));
	struct strbuf found = { 0 };

	d->source.ns = WEB;
	d->source.name = xstrdup("web");
	d->destination.address = f.dst;
	diagnose(&in, d);
	vec_each(x, &d->findings)
		strbuf_printf(&found, "%s%s", found.n ? " " : "", x->code);
	assert_string_equal(strbuf_str(&found), codes);
	if (ns >= 0)
		assert_int_equal(d->findings.v[0].ns, ns);
	assert_int_equal(d->verdict, codes[0] ? VERDICT_UNREACHABLE : VERDICT_REACHABLE);
	strbuf_done(&found);
	path_free(asked.path);
	diagnosis_free(d);
}

static void model_says(struct snapshot *s, const char *dst, const char *codes)
{
	model_says_of(s, question(dst, -1), -1, codes);
}

/* It is no fault of who asks. */
static void who_is_asked_has_no_address(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();
	int db = snapshot_add(s, "db", 78);
	struct flow f = { .src_ns = WEB, .dst_ns = db, .size = 84 };
	struct link *l;

	model_says_of(s, f, db, "link-missing");
	l = add_link(s, db, ETH0, "eth0", "veth");
	model_says_of(s, f, db, "no-address");
	l->flags &= ~(unsigned int)IFF_UP;
	l->peer = PORT;
	model_says_of(s, f, db, "link-down no-address");
	f.dst_ns = NS_HOST;
	s->ns.v[NS_HOST].addrs.n = 0;
	model_says_of(s, f, NS_HOST, "no-address");
}

static void what_is_missing_in_order(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();

	model_says(s, "198.51.100.9", "masquerade-missing");
	s->ns.v[NS_HOST].all.forwarding = 0;
	vec_each(l, &s->ns.v[NS_HOST].links)
		l->inet.forwarding = 0;
	model_says(s, "198.51.100.9", "ip-forward-off masquerade-missing");
	s->ns.v[WEB].routes.n--;
	model_says(s, "198.51.100.9", "no-route ip-forward-off masquerade-missing");
}

static void no_translation_where_none_is_needed(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();

	/* a public source is the outside's business */
	s->ns.v[WEB].addrs.v[0].prefix.addr = A("192.0.2.2");
	s->ns.v[WEB].routes.v[0].dst.addr = A("192.0.2.2");
	s->ns.v[WEB].routes.v[1].dst.addr = A("192.0.2.0");
	s->ns.v[WEB].routes.v[2].nh.gateway = A("192.0.2.1");
	s->ns.v[NS_HOST].addrs.v[0].prefix.addr = A("192.0.2.1");
	s->ns.v[NS_HOST].routes.v[0].dst.addr = A("192.0.2.1");
	s->ns.v[NS_HOST].routes.v[1].dst.addr = A("192.0.2.0");
	model_says(s, "198.51.100.9", "");
}

/* --- how far it got --- */

static void see(struct observations *o, int ns, int ifindex, bool out, enum sight_kind kind)
{
	struct sighting *x = vec_add(&o->sightings);

	x->us = 1000 + o->sightings.n;
	x->ns = ns;
	x->ifindex = ifindex;
	x->out = out;
	x->kind = kind;
}

static void the_place_of_loss(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();
	struct flow f = question("198.51.100.9", -1);
	_cleanup_(path_freep) struct path *p = predict(s, &f);
	struct probe probe = { .ns = WEB, .dst = f.dst, .question = true, .outcome = PROBE_LOST };
	struct observations o = { 0 };
	struct evidence e;

	vec_add(&probe.attempts)->sent_us = 1000;
	vec_push(&o.capture_error, 0);
	vec_push(&o.capture_error, 0);
	see(&o, WEB, ETH0, true, SIGHT_REQUEST);
	see(&o, NS_HOST, PORT, false, SIGHT_REQUEST);
	see(&o, NS_HOST, BRIDGE, false, SIGHT_REQUEST);
	correlate_probe(p, &probe, 0, &o, &e);
	assert_int_equal(e.loss, LOSS_PACKET);
	assert_int_equal(e.last_point, 2);
	assert_int_equal(p->legs.v[e.first_leg].kind, LEG_FORWARD);
	assert_int_equal(e.first_leg, e.last_leg);
	evidence_done(&e);

	see(&o, NS_HOST, WAN, true, SIGHT_REQUEST);
	correlate_probe(p, &probe, 0, &o, &e);
	assert_int_equal(e.loss, LOSS_OUTSIDE);
	assert_int_equal(e.uplink_sighting, 3);
	evidence_done(&e);

	see(&o, NS_HOST, WAN, false, SIGHT_REPLY);
	correlate_probe(p, &probe, 0, &o, &e);
	assert_int_equal(e.loss, LOSS_PACKET);
	assert_int_equal(p->legs.v[e.first_leg].dir, DIR_REPLY);
	assert_int_equal(p->legs.v[e.first_leg].kind, LEG_FORWARD);
	evidence_done(&e);

	/* nobody looked: nothing is known */
	o.capture_error.v[WEB] = -EPERM;
	o.sightings.n = 0;
	correlate_probe(p, &probe, 0, &o, &e);
	assert_int_equal(e.loss, LOSS_UNSEEN);
	evidence_done(&e);
	vec_free(&probe.attempts);
	observations_free(&o);
}

/* --- findings by what was seen --- */

/* What is said where the question, and then its answer, was seen at the first n points of its way, and at no other. */
static struct diagnosis *seen_gives(struct snapshot *s, size_t n, struct observations *o)
{
	struct flow f = question("198.51.100.9", -1);
	struct asked asked = { .path = predict(s, &f) };
	struct probe probe = { .ns = WEB, .dst = f.dst, .question = true, .outcome = PROBE_LOST, .rtt_us = -1 };
	struct inquiry in = { .s = s, .obs = o, .probes = &probe, .asked = &asked, .n = 1 };
	struct diagnosis *d = xcalloc(1, sizeof(*d));

	vec_add(&probe.attempts)->sent_us = 1000;
	vec_push(&o->capture_error, 0);
	vec_push(&o->capture_error, 0);
	for (size_t i = 0; i < n; i++) {
		const struct point *pt = &asked.path->points.v[i];

		see(o, pt->ns, pt->ifindex, pt->out, (int)i > asked.path->uplink_point ? SIGHT_REPLY : SIGHT_REQUEST);
	}
	correlate_probe(asked.path, &probe, 0, o, &asked.ev);
	d->source.ns = WEB;
	d->source.name = xstrdup("web");
	d->destination.address = f.dst;
	diagnose(&in, d);
	assert_true(d->findings.n > 0);
	evidence_done(&asked.ev);
	vec_free(&probe.attempts);
	path_free(asked.path);
	observations_free(o);
	*o = (struct observations){ 0 };
	return d;
}

static void seen_says(struct snapshot *s, size_t n, struct observations *o, const char *code)
{
	struct diagnosis *d = seen_gives(s, n, o);

	assert_string_equal(d->findings.v[0].code, code);
	diagnosis_free(d);
}

/* An ICMP error about the question, or its answer, on the bridge: 11, 0 is "time exceeded in transit" (RFC 792). */
static void see_error(struct observations *o, const char *from, uint8_t type, uint8_t code, bool of_reply)
{
	struct sighting *s;

	see(o, NS_HOST, BRIDGE, true, SIGHT_ERROR);
	s = &o->sightings.v[o->sightings.n - 1];
	s->pkt.src = A(from);
	s->pkt.icmp_type = type;
	s->pkt.icmp_code = code;
	s->error_of_reply = of_reply;
}

static void hops_that_are_over(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();
	struct observations o = { 0 };

	see_error(&o, "10.1.0.1", 11, 0, false);
	seen_says(s, 3, &o, "ttl-expired");
	/* of somebody else, of another kind, of fragments, or about the answer */
	see_error(&o, "198.51.100.1", 11, 0, false);
	seen_says(s, 3, &o, "packet-loss");
	see_error(&o, "10.1.0.1", 3, 1, false);
	seen_says(s, 3, &o, "packet-loss");
	see_error(&o, "10.1.0.1", 11, 1, false);
	seen_says(s, 3, &o, "packet-loss");
	see_error(&o, "10.1.0.1", 11, 0, true);
	seen_says(s, 3, &o, "packet-loss");
	/* it was there before: it goes round */
	see(&o, NS_HOST, PORT, false, SIGHT_REQUEST);
	see_error(&o, "10.1.0.1", 11, 0, false);
	seen_says(s, 3, &o, "packet-loss");
	/* the answer's */
	see_error(&o, "203.0.113.5", 11, 0, true);
	seen_says(s, 5, &o, "ttl-expired");
	see_error(&o, "203.0.113.5", 11, 0, false);
	seen_says(s, 5, &o, "packet-loss");
}

static void give_mac(struct snapshot *s, int ns, int ifindex, uint8_t last)
{
	struct link *l = (struct link *)ns_link(snapshot_ns(s, ns), ifindex);

	l->mac_len = 6;
	memcpy(l->mac, (uint8_t[6]){ 2, 0, 0, 0, 0, last }, 6);
}

/* As world(), and the bridge's interfaces have MAC addresses. */
static struct snapshot *world_with_macs(void)
{
	struct snapshot *s = world();

	give_mac(s, WEB, ETH0, 1);
	give_mac(s, NS_HOST, PORT, 2);
	give_mac(s, NS_HOST, BRIDGE, 3);
	return s;
}

static void add_vlan(struct snapshot *s, int ifindex, uint16_t vid, uint16_t flags)
{
	vec_push(&s->ns.v[NS_HOST].vlans, ((struct bridge_vlan){ .ifindex = ifindex, .vid = vid, .flags = flags }));
}

static void vlans_of_a_bridge(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_with_macs();
	const uint16_t access = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED;
	struct observations o = { 0 };

	add_vlan(s, PORT, 20, access);
	add_vlan(s, BRIDGE, 1, access);
	/* they count only where the bridge filters by them */
	seen_says(s, 2, &o, "packet-loss");
	s->ns.v[NS_HOST].links.v[2].vlan_filtering = true;
	seen_says(s, 2, &o, "bridge-vlan-mismatch");
	/* what comes to the bridge in another VLAN than its own is for an interface on top of it */
	add_vlan(s, BRIDGE, 20, 0);
	seen_says(s, 2, &o, "bridge-vlan-mismatch");
	s->ns.v[NS_HOST].vlans.n = 0;
	add_vlan(s, BRIDGE, 1, access);
	add_vlan(s, PORT, 1, BRIDGE_VLAN_INFO_UNTAGGED);
	seen_says(s, 2, &o, "bridge-vlan-mismatch");
	add_vlan(s, PORT, 1, access);
	seen_says(s, 2, &o, "packet-loss");
	/* what the bridge gets without a tag it takes, whichever VLAN its own packets go to */
	s->ns.v[NS_HOST].vlans.n = 0;
	add_vlan(s, PORT, 20, access);
	add_vlan(s, BRIDGE, 20, BRIDGE_VLAN_INFO_UNTAGGED);
	add_vlan(s, BRIDGE, 1, access);
	seen_says(s, 2, &o, "packet-loss");
	s->ns.v[NS_HOST].vlans.v[1].flags = BRIDGE_VLAN_INFO_PVID;
	seen_says(s, 2, &o, "bridge-vlan-mismatch");
	/* nobody could read them */
	s->ns.v[NS_HOST].vlans.n = 0;
	s->ns.v[NS_HOST].error[COLLECT_BRIDGE] = -EPERM;
	seen_says(s, 2, &o, "packet-loss");
}

static void a_locked_port(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_with_macs();
	struct fdb entry = { .port = PORT, .bridge = BRIDGE, .mac = { 2, 0, 0, 0, 0, 1 }, .raw = SIZE_MAX };
	struct observations o = { 0 };

	s->ns.v[NS_HOST].links.v[1].brport.locked = true;
	seen_says(s, 2, &o, "bridge-port-locked");
	vec_push(&s->ns.v[NS_HOST].fdb, entry);
	seen_says(s, 2, &o, "packet-loss");
	s->ns.v[NS_HOST].fdb.v[0].state = NUD_PERMANENT;
	seen_says(s, 2, &o, "bridge-port-locked");
	/* of another VLAN */
	s->ns.v[NS_HOST].fdb.v[0].state = 0;
	s->ns.v[NS_HOST].fdb.v[0].vlan = 20;
	seen_says(s, 2, &o, "bridge-port-locked");
}

static void two_with_one_mac(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_with_macs();
	struct fdb entry = { .port = PORT + 10, .bridge = BRIDGE, .mac = { 2, 0, 0, 0, 0, 1 }, .raw = SIZE_MAX };
	struct observations o = { 0 };
	struct link *l;

	/* another namespace behind another port, with the MAC of web's interface */
	l = add_link(s, NS_HOST, PORT + 10, "port2", "veth");
	l->peer = ETH0 + 10;
	l->peer_nsid = 8;
	l->master = BRIDGE;
	l->brport = (struct brport){ .is_port = true, .state = 3, .flood = true };
	snapshot_add(s, "db", 3);
	vec_push(&s->ns.v[NS_HOST].nsids, ((struct nsid){ .nsid = 8, .ns = 2 }));
	l = add_link(s, 2, ETH0 + 10, "eth0", "veth");
	l->peer = PORT + 10;
	l->peer_nsid = 7;
	give_mac(s, 2, ETH0 + 10, 1);
	s->ns.v[NS_HOST].links.v[1].brport.flood = true;
	/* the bridge knows neither: it floods, and both hear it */
	seen_says(s, 6, &o, "packet-loss");
	vec_push(&s->ns.v[NS_HOST].fdb, entry);
	seen_says(s, 6, &o, "mac-duplicate");
	/* it was the right one that was heard last */
	s->ns.v[NS_HOST].fdb.v[0].port = PORT;
	seen_says(s, 6, &o, "packet-loss");
	s->ns.v[NS_HOST].fdb.v[0].port = PORT + 10;
	/* who is there has another address now, or does not listen */
	give_mac(s, 2, ETH0 + 10, 9);
	seen_says(s, 6, &o, "packet-loss");
	give_mac(s, 2, ETH0 + 10, 1);
	s->ns.v[2].links.v[0].flags &= ~IFF_UP;
	seen_says(s, 6, &o, "packet-loss");
}

static void drop_in_queue(struct observations *o, int ifindex, const char *kind, uint32_t packets)
{
	struct queue_count *c = vec_add(&o->queues);

	*c = (struct queue_count){ .ns = NS_HOST, .ifindex = ifindex, .packets = packets };
	str_copy(c->kind, sizeof(c->kind), kind);
}

static void what_traffic_control_dropped(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_with_macs();
	struct observations o = { 0 };

	drop_in_queue(&o, WAN, "tbf", 1);
	seen_says(s, 3, &o, "tc-drop");
	/* it was lost elsewhere, or another place dropped something */
	drop_in_queue(&o, WAN, "tbf", 1);
	seen_says(s, 2, &o, "packet-loss");
	drop_in_queue(&o, PORT, "tbf", 1);
	seen_says(s, 3, &o, "packet-loss");
	/* a place for filters drops nothing by itself, and on its way in or out only */
	drop_in_queue(&o, WAN, "clsact", 1);
	seen_says(s, 3, &o, "packet-loss");
	vec_push(&s->ns.v[NS_HOST].filters, ((struct tc_filter){ .ifindex = WAN, .kind = "bpf" }));
	drop_in_queue(&o, WAN, "clsact", 1);
	seen_says(s, 3, &o, "packet-loss");
	s->ns.v[NS_HOST].filters.v[0].egress = true;
	drop_in_queue(&o, WAN, "clsact", 1);
	seen_says(s, 3, &o, "tc-drop");
	/* a switch that is off explains it better */
	s->ns.v[NS_HOST].all.forwarding = 0;
	vec_each(l, &s->ns.v[NS_HOST].links)
		l->inet.forwarding = 0;
	drop_in_queue(&o, WAN, "clsact", 1);
	seen_says(s, 3, &o, "ip-forward-off");
}

/* --- what the kernel says of its drops --- */

static struct kernel_drop *kernel_says(struct observations *o, int ifindex, const char *reason)
{
	struct kernel_drop *d = vec_add(&o->drops);

	*d = (struct kernel_drop){ .ns = NS_HOST, .ifindex = ifindex, .kind = SIGHT_REQUEST };
	str_copy(d->reason, sizeof(d->reason), reason);
	str_copy(d->function, sizeof(d->function), "a_function");
	o->drops_heard = 1;
	return d;
}

static bool is_told(const op_strings *list, const char *part)
{
	vec_each(s, list)
		if (strstr(*s, part))
			return true;
	return false;
}

/* A queue that dropped more than was sent: whose packets those were, the kernel alone can say. */
static void queue_says(struct snapshot *s, struct observations *o, enum confidence want)
{
	struct diagnosis *d;

	drop_in_queue(o, WAN, "tbf", 5);
	d = seen_gives(s, 3, o);
	assert_string_equal(d->findings.v[0].code, "tc-drop");
	assert_int_equal(d->findings.v[0].confidence, want);
	assert_int_equal(is_told(&d->findings.v[0].evidence, "the kernel says why"), want == CONFIRMED);
	diagnosis_free(d);
}

static void the_kernel_makes_it_certain(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_with_macs();
	struct observations o = { 0 };

	queue_says(s, &o, LIKELY);
	kernel_says(&o, WAN, "QDISC_DROP");
	queue_says(s, &o, CONFIRMED);
	/* another reason, place, direction or packet */
	kernel_says(&o, WAN, "NETFILTER_DROP");
	queue_says(s, &o, LIKELY);
	kernel_says(&o, PORT, "QDISC_DROP");
	queue_says(s, &o, LIKELY);
	kernel_says(&o, WAN, "QDISC_DROP")->ns = WEB;
	queue_says(s, &o, LIKELY);
	kernel_says(&o, WAN, "QDISC_DROP")->kind = SIGHT_REPLY;
	queue_says(s, &o, LIKELY);
	kernel_says(&o, WAN, "QDISC_DROP")->probe = -1;
	queue_says(s, &o, LIKELY);
	/* a name that is not known proves nothing */
	kernel_says(&o, WAN, "");
	queue_says(s, &o, LIKELY);
	kernel_says(&o, WAN, "SOMETHING_NEW");
	queue_says(s, &o, LIKELY);
}

static void the_kernel_says_why_at_a_place(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_with_macs();
	struct observations o = { 0 };
	struct diagnosis *d;

	kernel_says(&o, WAN, "OTHERHOST");
	kernel_says(&o, WAN, "BPF_CGROUP_EGRESS");
	d = seen_gives(s, 2, &o);
	assert_string_equal(d->findings.v[0].code, "packet-loss");
	assert_true(is_told(&d->findings.v[0].evidence, "control group"));
	/* names of the kernel are for --verbose */
	assert_false(is_told(&d->findings.v[0].evidence, "CGROUP"));
	assert_true(is_told(&d->notes, "BPF_CGROUP_EGRESS, in a_function"));
	diagnosis_free(d);
	/* what was for somebody else is none */
	kernel_says(&o, WAN, "OTHERHOST");
	kernel_says(&o, WAN, "NO_SOCKET");
	d = seen_gives(s, 2, &o);
	assert_false(is_told(&d->findings.v[0].evidence, "the kernel says"));
	assert_false(is_told(&d->notes, "no socket"));
	diagnosis_free(d);
}

static void whether_the_kernel_was_heard(void **state)
{
	static const struct {
		int heard, monitor;
		const char *note;
	} table[] = {
		{ 0, 0, "kernel: not asked" },
		{ 1, 0, "kernel: none, by BPF" },
		{ -ENOSYS, 1, "kernel: none, by drop_monitor, as BPF is not to be had: nsdoctor was built without it" },
		{ -EOPNOTSUPP, -EBUSY, "kernel: no (BPF: the kernel has no BTF; drop_monitor: somebody else uses it)" },
		{ -EPERM, -ENOENT, "kernel: no (BPF: Operation not permitted; drop_monitor: there is none here)" },
		{ -EPERM, -EPERM, "drop_monitor: Operation not permitted)" },
		{ -ETIMEDOUT, 0, "kernel: no (BPF: Connection timed out)" },
	};
	_cleanup_(snapshot_freep) struct snapshot *s = world_with_macs();

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct observations o = { .drops_heard = table[i].heard, .monitor_heard = table[i].monitor };
		struct diagnosis *d = seen_gives(s, 2, &o);

		assert_true(is_told(&d->notes, table[i].note));
		diagnosis_free(d);
	}
}

/* It knows by which interface a packet came, not where it was dropped; and older kernels give no reason. */
static void what_drop_monitor_can_say(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_with_macs();
	struct observations o = { 0 };
	struct diagnosis *d;

	kernel_says(&o, PORT, "BPF_CGROUP_EGRESS");
	o.drops_heard = -ENOSYS;
	o.monitor_heard = 1;
	d = seen_gives(s, 2, &o);
	assert_string_equal(d->findings.v[0].code, "packet-loss");
	assert_true(is_told(&d->findings.v[0].evidence, "why it drops it behind "));
	assert_true(is_told(&d->notes, "BPF_CGROUP_EGRESS, in a_function"));
	diagnosis_free(d);
	kernel_says(&o, WAN, "");
	queue_says(s, &o, LIKELY);
}

static void reasons_and_what_they_prove(void **state)
{
	assert_string_equal(reason_find("IP_RPFILTER")->words, "the reverse path filter");
	assert_null(reason_find("NOT_SPECIFIED"));
	assert_null(reason_find(""));
	assert_true(reason_proves("TC_EGRESS", "tc-drop"));
	assert_false(reason_proves("TC_EGRESS", "xdp-drop"));
	assert_false(reason_proves("NOT_SPECIFIED", "tc-drop"));
	assert_true(reason_is_aside(reason_find("OTHERHOST"), PROTO_TCP));
	assert_false(reason_is_aside(reason_find("IP_RPFILTER"), PROTO_ICMP));
	/* an answer that comes well is offered to a socket that is not there */
	assert_true(reason_is_aside(reason_find("NO_SOCKET"), PROTO_ICMP));
	assert_true(reason_is_aside(reason_find("SOCKET_FILTER"), PROTO_ICMP));
	assert_false(reason_is_aside(reason_find("NO_SOCKET"), PROTO_TCP));
	assert_false(reason_is_aside(reason_find("SOCKET_RCVBUFF"), PROTO_UDP));
}

static void policies_of_ipsec(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_with_macs();
	struct ipsec_policy any = { .dir = XFRM_POLICY_FWD, .blocks = true, .priority = 10 };
	struct observations o = { 0 };
	struct ipsec_policy *p;

	vec_push(&s->ns.v[NS_HOST].policies, any);
	seen_says(s, 3, &o, "xfrm-drop");
	seen_says(s, 2, &o, "packet-loss");
	p = &s->ns.v[NS_HOST].policies.v[0];
	p->dir = XFRM_POLICY_IN;
	seen_says(s, 3, &o, "packet-loss");
	p->dir = XFRM_POLICY_OUT;
	seen_says(s, 3, &o, "xfrm-drop");
	p->family = AF_INET;
	p->src = (struct prefix){ .addr = A("192.0.2.0"), .len = 24 };
	p->dst = (struct prefix){ .addr = A("0.0.0.0") };
	seen_says(s, 3, &o, "packet-loss");
	p->family = 0;
	p->mark = p->mask = 1;
	seen_says(s, 3, &o, "packet-loss");
	p->mark = p->mask = 0;
	/* one before it lets it pass, or may do so for all that is known */
	any.dir = XFRM_POLICY_OUT;
	any.blocks = false;
	any.priority = 5;
	vec_push(&s->ns.v[NS_HOST].policies, any);
	seen_says(s, 3, &o, "packet-loss");
	s->ns.v[NS_HOST].policies.v[1].dport_mask = 0xffff;
	seen_says(s, 3, &o, "packet-loss");
	s->ns.v[NS_HOST].policies.v[1].priority = 15;
	seen_says(s, 3, &o, "xfrm-drop");
	/* of two equals nobody knows which is asked, whatever stands behind them */
	s->ns.v[NS_HOST].policies.v[1].priority = 10;
	s->ns.v[NS_HOST].policies.v[1].dport_mask = 0;
	seen_says(s, 3, &o, "packet-loss");
	any.priority = 20;
	any.dport_mask = 0xffff;
	vec_push(&s->ns.v[NS_HOST].policies, any);
	seen_says(s, 3, &o, "packet-loss");
}

static void tables_that_are_full(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_with_macs();
	struct ns *host = &s->ns.v[NS_HOST];
	struct observations o = { 0 };

	host->connections_use = (struct table_use){ .used = 99, .limit = 100 };
	seen_says(s, 3, &o, "packet-loss");
	host->connections_use.used = 100;
	seen_says(s, 3, &o, "conntrack-full");
	seen_says(s, 1, &o, "packet-loss");
	host->connections_use.limit = 0;
	host->neighbours_use = (struct table_use){ .used = 1024, .limit = 1024, .refused = 3 };
	seen_says(s, 3, &o, "neighbour-table-full");
	seen_says(s, 1, &o, "packet-loss");
	host->neighbours_use.used = 7;
	seen_says(s, 3, &o, "packet-loss");
}

/* What a lost packet on the leg is explained by, where so many were sent. */
static enum confidence checksum_says(struct snapshot *s, const struct leg *leg, bool snat, unsigned int sent)
{
	struct leg legs[] = { { .kind = LEG_SEND, .oif = WAN }, *leg };
	struct path path = { .legs = { .v = legs, .n = 2, .cap = 2 }, .request_legs = 2, .snat = snat };
	struct facts facts = { .s = s, .sent = sent };
	struct evidence ev = { .loss = LOSS_PACKET, .sent = sent };
	struct question q = { .s = s, .path = &path, .leg = &legs[1], .index = 1, .ev = &ev, .facts = &facts };
	struct finding f = { .confidence = CONFIRMED };
	enum confidence said = POSSIBLE;

	path.flow.proto = leg->pkt.proto;
	if (fault_find("checksum-bad")->match(&q, &f))
		said = f.confidence;
	finding_done(&f);
	return said;
}

static void checksums_that_nobody_filled_in(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();
	struct ns *host = &s->ns.v[NS_HOST];
	struct leg leg = { .kind = LEG_DELIVER, .iif = BRIDGE };

	host->checksums = (struct bad_checksums){ .known = true, .tcp = 7, .udp = 7, .udp6 = 7, .icmp = 7, .icmp6 = 7 };
	host->checksums_later = host->checksums;
	for (leg.pkt.proto = 0; leg.pkt.proto < PROTO_COUNT; leg.pkt.proto++) {
		uint32_t *const counts[] = { &host->checksums_later.icmp, &host->checksums_later.tcp,
					     &host->checksums_later.udp, &host->checksums_later.icmp6,
					     &host->checksums_later.tcp, &host->checksums_later.udp6 };

		for (unsigned int v6 = 0; v6 < 2; v6++) {
			uint32_t *count = counts[leg.pkt.proto + 3 * v6];

			leg.pkt.dst.family = v6 ? AF_INET6 : AF_INET;
			assert_int_equal(checksum_says(s, &leg, false, 1), POSSIBLE);
			*count = 8;
			assert_int_equal(checksum_says(s, &leg, false, 1), CONFIRMED);
			/* not all of them; others' too */
			assert_int_equal(checksum_says(s, &leg, false, 2), POSSIBLE);
			*count = 9;
			assert_int_equal(checksum_says(s, &leg, false, 1),
					 leg.pkt.proto == PROTO_UDP ? POSSIBLE : LIKELY);
			*count = 7;
		}
	}
	leg.pkt.proto = PROTO_TCP;
	host->checksums_later.tcp = 8;
	/* not read before, or not again */
	host->checksums.known = false;
	assert_int_equal(checksum_says(s, &leg, false, 1), POSSIBLE);
	host->checksums.known = true;
	host->checksums_later.known = false;
	assert_int_equal(checksum_says(s, &leg, false, 1), POSSIBLE);
	host->checksums_later.known = true;
	/* a router looks at no checksum, but where an answer is to be translated back */
	leg.kind = LEG_FORWARD;
	assert_int_equal(checksum_says(s, &leg, true, 1), POSSIBLE);
	leg.dir = DIR_REPLY;
	assert_int_equal(checksum_says(s, &leg, false, 1), POSSIBLE);
	assert_int_equal(checksum_says(s, &leg, true, 1), CONFIRMED);
}

/* The model's word on a request that comes up from a port and goes down by one, translated in between. */
static const char *hairpin_says(struct snapshot *s, size_t at, const struct crossing *c, int out)
{
	const struct fault *row = fault_find("bridge-hairpin-off");
	struct leg legs[] = {
		{ .kind = LEG_BRIDGE_UP, .iif = PORT, .oif = BRIDGE, .crossings = { *c }, .n_crossings = 1 },
		{ .kind = LEG_FORWARD, .iif = BRIDGE, .oif = BRIDGE },
		{ .kind = LEG_BRIDGE_DOWN, .iif = BRIDGE, .oif = out },
		{ .kind = LEG_WIRE, .iif = out, .oif = out },
	};
	struct path path = { .legs = { .v = legs, .n = 4, .cap = 4 }, .request_legs = 4 };
	struct facts facts = { .s = s };
	struct question q = { .s = s, .path = &path, .leg = &legs[at], .index = at, .facts = &facts };
	struct finding f = { 0 };
	const char *object = "";

	if (row->match(&q, &f)) {
		assert_int_equal(f.ops.n, 1);
		object = snapshot_intern(s, f.object);
	}
	finding_done(&f);
	return object;
}

static void back_by_the_same_port(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_with_macs();
	struct crossing c = { .at = { .hook = HOOK_PREROUTING, .netfilter_bridged = true },
			      .res.nat = { .kind = NAT_DEST, .addr = A("10.1.0.2") } };

	for (size_t at = 0; at < 3; at++)
		assert_string_equal(hairpin_says(s, at, &c, PORT), "port");
	/* by another port; not translated, or not in the bridge; dropped before */
	assert_string_equal(hairpin_says(s, 0, &c, WAN), "");
	c.res.nat.kind = NAT_NONE;
	assert_string_equal(hairpin_says(s, 0, &c, PORT), "");
	c.res.nat.kind = NAT_DEST;
	c.at.netfilter_bridged = false;
	assert_string_equal(hairpin_says(s, 0, &c, PORT), "");
	c.at.netfilter_bridged = true;
	c.res.verdict = FW_DROP;
	assert_string_equal(hairpin_says(s, 0, &c, PORT), "");
	c.res.verdict = FW_ACCEPT;
	s->ns.v[NS_HOST].links.v[1].brport.hairpin = true;
	assert_string_equal(hairpin_says(s, 0, &c, PORT), "");
}

static void a_program_at_the_end_of_the_wire(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_with_macs();
	struct observations o = { 0 };

	s->ns.v[NS_HOST].links.v[1].xdp = true;
	seen_says(s, 1, &o, "xdp-drop");
	seen_says(s, 2, &o, "packet-loss");
	s->ns.v[NS_HOST].links.v[1].xdp = false;
	s->ns.v[WEB].links.v[1].xdp = true;
	seen_says(s, 1, &o, "packet-loss");
}

/* Of 200 packets every fifth is lost in the host, and one on the way back. */
static void where_a_part_is_lost(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();
	struct flow f = question("198.51.100.9", -1);
	_cleanup_(path_freep) struct path *p = predict(s, &f);
	struct probe probe = { .ns = WEB, .dst = f.dst, .question = true, .outcome = PROBE_ANSWERED };
	struct observations o = { 0 };
	struct evidence e;

	vec_push(&o.capture_error, 0);
	vec_push(&o.capture_error, 0);
	for (int i = 0; i < 200; i++) {
		bool lost = i % 5 == 0, back = i == 3;
		size_t first = o.sightings.n;
		struct attempt *a = vec_add(&probe.attempts);

		a->sent_us = 1000;
		a->outcome = lost || back ? PROBE_LOST : PROBE_ANSWERED;
		probe.answered += !lost && !back;
		see(&o, WEB, ETH0, true, SIGHT_REQUEST);
		see(&o, NS_HOST, PORT, false, SIGHT_REQUEST);
		see(&o, NS_HOST, BRIDGE, false, SIGHT_REQUEST);
		if (!lost)
			see(&o, NS_HOST, WAN, true, SIGHT_REQUEST);
		if (back)
			see(&o, NS_HOST, WAN, false, SIGHT_REPLY);
		for (size_t k = first; k < o.sightings.n; k++)
			o.sightings.v[k].attempt = i;
	}
	correlate_probe(p, &probe, 0, &o, &e);
	assert_true(e.answered && e.partial);
	assert_int_equal(e.seen.v[0].packets, 200);
	assert_int_equal(e.seen.v[2].packets, 200);
	assert_int_equal(e.seen.v[3].packets, 160);
	evidence_done(&e);
	correlate_lost(p, &probe, 0, &o, &e);
	assert_int_equal(e.sent, 40);
	assert_int_equal(e.loss, LOSS_PACKET);
	assert_int_equal(e.last_point, 2);
	assert_int_equal(p->legs.v[e.first_leg].kind, LEG_FORWARD);
	assert_int_equal(e.seen.v[2].packets, 40);
	evidence_done(&e);
	vec_free(&probe.attempts);
	observations_free(&o);
}

/* --- names --- */

static struct diagnosis *judged(struct snapshot *s, int error, const struct resolve_report *r,
				const char *cause)
{
	const struct name_question q = { .error = error, .name = "www.example.org",
					 .conf_path = "/etc/resolv.conf", .report = r, .s = s, .ns = WEB };
	struct diagnosis *d = xcalloc(1, sizeof(*d));

	d->source.name = xstrdup("web");
	if (cause) {
		struct finding *f = vec_add(&d->findings);

		f->code = cause;
		f->message = xstrdup("something");
		vec_push(&f->evidence, xstrdup("a fact"));
	}
	nameserver_judge(&q, d);
	return d;
}

static void a_name_that_does_not_resolve(void **state)
{
	static const struct {
		const char *server;
		int error, result;
		const char *flow, *first, *second;
	} cases[] = {
		{ "192.0.2.53", -ETIMEDOUT, -ETIMEDOUT, "upstream-silent", "dns-no-answer", NULL },
		{ "192.0.2.53", -ETIMEDOUT, -ETIMEDOUT, "forward-drop", "forward-drop", "dns-no-answer" },
		{ "192.0.2.53", -ETIMEDOUT, -ETIMEDOUT, NULL, "dns-no-answer", NULL },
		{ "192.0.2.53", -ETIMEDOUT, -ECONNREFUSED, "service-not-listening",
		  "service-not-listening", "dns-no-answer" },
		{ "192.0.2.53", -EIO, -EIO, NULL, "dns-no-answer", NULL },
		{ "127.0.0.53", -EADDRNOTAVAIL, -ECONNREFUSED, "service-not-listening",
		  "dns-loopback-resolver", NULL },
		{ "127.0.0.11", -EADDRNOTAVAIL, -ETIMEDOUT, NULL, "dns-no-answer", NULL },
		{ "127.0.0.1", -EDESTADDRREQ, -ECONNREFUSED, "service-not-listening",
		  "dns-no-resolver", NULL },
		/* another one knew it */
		{ "192.0.2.53", 0, -ETIMEDOUT, NULL, "dns-no-answer", NULL },
		{ "192.0.2.53", 0, 0, NULL, NULL, NULL },
	};
	_cleanup_(snapshot_freep) struct snapshot *s = world();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct resolve_report r = { .n = 1 };
		struct diagnosis *d;

		r.servers[0] = (struct resolve_server){ A(cases[i].server), true, cases[i].result };
		d = judged(s, cases[i].error, &r, cases[i].flow);
		assert_int_equal(d->findings.n, (cases[i].first != NULL) + (cases[i].second != NULL));
		if (cases[i].first)
			assert_string_equal(d->findings.v[0].code, cases[i].first);
		if (cases[i].second) {
			assert_string_equal(d->findings.v[1].code, cases[i].second);
			assert_int_equal(d->findings.v[1].role, FINDING_NOTE);
		}
		assert_int_equal(d->verdict, cases[i].error ? VERDICT_UNREACHABLE : VERDICT_REACHABLE);
		if (cases[i].first && !cases[i].error)
			assert_int_equal(d->findings.v[0].role, FINDING_NOTE);
		diagnosis_free(d);
	}
}

static void the_server_that_is_followed(void **state)
{
	struct resolve_report r = { .n = 3 };
	const struct name_question q = { .report = &r };

	r.servers[0] = (struct resolve_server){ A("127.0.0.53"), true, -ECONNREFUSED };
	r.servers[1] = (struct resolve_server){ A("192.0.2.1"), true, -EIO };
	r.servers[2] = (struct resolve_server){ A("192.0.2.2"), true, -ETIMEDOUT };
	assert_ptr_equal(nameserver_to_follow(&q), &r.servers[2].addr);
	r.n = 1;
	assert_ptr_equal(nameserver_to_follow(&q), &r.servers[0].addr);
	r.n = 0;
	assert_null(nameserver_to_follow(&q));
}

/* --- what follows a flow's first packet --- */

/* A chain that drops what is forwarded; the kernel let first packets pass all the same. */
static void add_dropping_chain(struct snapshot *s)
{
	struct nft_chain *c = vec_add(&s->ns.v[NS_HOST].chains);

	*c = (struct nft_chain){ .family = NFPROTO_INET, .table = "filter", .name = "forward", .handle = 1, .base = true,
				 .hook = NF_INET_FORWARD, .policy = NF_DROP, .type = "filter" };
}

static void trace_drop(struct observations *o, int probe)
{
	*vec_add(&o->traces) = (struct trace_event){ .us = 1100, .ns = NS_HOST, .family = NFPROTO_INET,
						     .table = xstrdup("filter"), .chain = xstrdup("forward"),
						     .type = TRACE_POLICY, .verdict = NF_DROP, .iif = BRIDGE,
						     .oif = WAN, .probe = probe };
}

enum { ECHO, NEXT_ECHO, NEXT_SEGMENT, FLOWS };

struct follower {
	const char *what;
	enum probe_outcome outcome;
	bool no_socket, blind, no_probe, traced;
	size_t seen;                /* at so many points of its way */
	enum probe_outcome segment; /* of the one of TCP, which is seen as far */
	const char *code;
	unsigned int protocols;
};

static void see_way(struct observations *o, const struct path *path, size_t n, int probe)
{
	for (size_t i = 0; i < n; i++) {
		const struct point *pt = &path->points.v[i];

		see(o, pt->ns, pt->ifindex, pt->out, pt->dir == DIR_REPLY ? SIGHT_REPLY : SIGHT_REQUEST);
		o->sightings.v[o->sightings.n - 1].probe = probe;
	}
}

static struct diagnosis *follower_gives(const struct follower *t)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world(), *plain = world();
	struct probe probes[FLOWS] = { { .question = true, .outcome = PROBE_ANSWERED, .answered = 1 },
				       { .follows = 7, .outcome = t->outcome },
				       { .follows = 7, .outcome = t->segment, .proto = PROTO_TCP, .port = 443 } };
	struct asked asked[FLOWS] = { 0 };
	struct observations o = { 0 };
	struct inquiry in = { .s = s, .obs = &o, .probes = probes, .asked = asked, .n = FLOWS,
			      .no_probe = t->no_probe, .routed_both_ways = true };
	struct diagnosis *d = xcalloc(1, sizeof(*d));

	add_dropping_chain(s);
	vec_push(&o.capture_error, t->blind ? -EPERM : 0);
	vec_push(&o.capture_error, t->blind ? -EPERM : 0);
	for (int i = 0; i < FLOWS; i++) {
		struct flow f = question("198.51.100.9", -1);
		struct attempt *a = vec_add(&probes[i].attempts);

		f.proto = probes[i].proto;
		f.port = probes[i].port;
		f.follows = probes[i].follows != 0;
		probes[i].ns = WEB;
		probes[i].dst = f.dst;
		*a = (struct attempt){ .sent_us = 1000, .outcome = probes[i].outcome, .no_socket = t->no_socket };
		asked[i].path = predict(f.follows ? s : plain, &f);
		if (!t->no_probe)
			see_way(&o, asked[i].path, i == ECHO ? asked[i].path->points.n : t->seen, i);
		if (t->traced && i != ECHO)
			trace_drop(&o, i);
	}
	for (size_t i = 0; i < FLOWS; i++)
		correlate_probe(asked[i].path, &probes[i], i, &o, &asked[i].ev);
	d->source.ns = WEB;
	d->source.name = xstrdup("web");
	d->destination.address = A("198.51.100.9");
	diagnose(&in, d);
	for (size_t i = 0; i < FLOWS; i++) {
		evidence_done(&asked[i].ev);
		path_free(asked[i].path);
		vec_free(&probes[i].attempts);
	}
	observations_free(&o);
	return d;
}

/* `ct` in a table of a bridge has the kernel track what the bridge passes (net/bridge/netfilter/nf_conntrack_bridge.c). */
static void a_bridge_knows_what_follows(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world();
	struct flow f = question("198.51.100.9", -1);
	_cleanup_(path_freep) struct path *p = NULL;
	size_t n = 0;

	f.proto = PROTO_TCP;
	f.port = 443;
	f.follows = true;
	p = predict(s, &f);
	for (size_t l = 0; l < p->request_legs; l++)
		for (size_t i = 0; i < p->legs.v[l].n_crossings; i++) {
			const struct crossing *c = &p->legs.v[l].crossings[i];

			assert_int_equal(c->pkt.ct, CT_ESTABLISHED);
			n += c->at.bridge;
		}
	assert_true(n > 0);
	assert_non_null(path_point(p, NS_HOST, BRIDGE, false, DIR_REQUEST));
	assert_null(path_point(p, NS_HOST, BRIDGE, true, DIR_REQUEST));
}

static void a_flow_that_stops_at_its_second_packet(void **state)
{
	static const struct follower table[] = {
		{ "answered", PROBE_ANSWERED, .segment = PROBE_ANSWERED, .seen = 8 },
		{ "not asked", PROBE_PENDING, .segment = PROBE_PENDING },
		{ "no socket for it", PROBE_NOT_SENT, .no_socket = true, .segment = PROBE_NOT_SENT },
		{ "nobody looked", PROBE_LOST, .blind = true, .segment = PROBE_ANSWERED },
		{ "lost outside", PROBE_LOST, .seen = 4, .segment = PROBE_LOST },
		{ "lost here, and no rule says so", PROBE_LOST, .seen = 2, .segment = PROBE_ANSWERED },
		{ "an echo dropped", PROBE_LOST, .seen = 3, .traced = true, .segment = PROBE_ANSWERED,
		  .code = "forward-drop", .protocols = 1u << PROTO_ICMP },
		{ "a segment dropped", PROBE_ANSWERED, .seen = 3, .traced = true, .segment = PROBE_LOST,
		  .code = "forward-drop", .protocols = 1u << PROTO_TCP },
		{ "both dropped by one rule", PROBE_LOST, .seen = 3, .traced = true, .segment = PROBE_LOST,
		  .code = "forward-drop", .protocols = 1u << PROTO_ICMP | 1u << PROTO_TCP },
		{ "foreseen", PROBE_PENDING, .no_probe = true, .code = "forward-drop",
		  .protocols = 1u << PROTO_ICMP | 1u << PROTO_TCP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct follower *t = &table[i];
		struct diagnosis *d = follower_gives(t);
		const struct finding *f = d->findings.n ? &d->findings.v[0] : NULL;

		if (!t->code && f)
			fail_msg("%s: %s", t->what, f->message);
		if (t->code && (!f || !streq(f->code, t->code) || f->protocols != t->protocols || f->role != FINDING_CAUSE ||
				f->dir != DIR_REQUEST || f->confidence != (t->no_probe ? LIKELY : CONFIRMED)))
			fail_msg("%s: %s", t->what, f ? f->message : "nothing");
		/* the chain stops the answer as well, next */
		assert_int_equal(d->findings.n, t->code ? 2 : 0);
		vec_each(each, &d->findings) {
			assert_true(each->has_rule);
			assert_non_null(strstr(each->message, " from a flow's second packet on"));
			assert_int_equal(each->role, each == f ? FINDING_CAUSE : FINDING_NEXT);
		}
		assert_int_equal(d->verdict, t->code ? VERDICT_DEGRADED : VERDICT_REACHABLE);
		diagnosis_free(d);
	}
}

/* --- has anything changed? --- */

static void what_counts_as_a_change(void **state)
{
	struct diagnosis *d = xcalloc(1, sizeof(*d));
	_cleanup_(freep) char *healthy = watch_digest(d), *broken = NULL, *again = NULL;
	struct finding *f = vec_add(&d->findings);

	f->code = "forward-drop";
	f->object = xstrdup("ip filter FORWARD 7");
	d->verdict = VERDICT_UNREACHABLE;
	broken = watch_digest(d);
	assert_string_not_equal(healthy, broken);
	/* other numbers, no other answer */
	vec_push(&d->findings.v[0].evidence, xstrdup("br0 saw 3 of 3 requests"));
	d->total_ms = 12;
	again = watch_digest(d);
	assert_string_equal(broken, again);
	diagnosis_free(d);
}

/* --- the table --- */

static void every_row_explains_itself(void **state)
{
	for (size_t g = 0; g < fault_table_n; g++) {
		for (size_t i = 0; i < fault_table[g]->n; i++) {
			const struct fault *row = &fault_table[g]->rows[i];

			assert_ptr_equal(fault_find(row->code), row);
			assert_true(row->means && row->proof && row->fix);
			assert_int_equal(row->match != NULL, row->legs != 0);
			assert_int_equal(row->match != NULL, row->ask != 0);
			assert_false(row->match && row->apart);
		}
	}
	assert_null(fault_find("no-such-code"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_out_and_back),
		cmocka_unit_test(to_the_host_itself),
		cmocka_unit_test(no_route_stops_the_walk),
		cmocka_unit_test(the_longest_prefix_then_the_metric),
		cmocka_unit_test(the_reverse_path),
		cmocka_unit_test(who_is_asked_has_no_address),
		cmocka_unit_test(what_is_missing_in_order),
		cmocka_unit_test(no_translation_where_none_is_needed),
		cmocka_unit_test(the_place_of_loss),
		cmocka_unit_test(vlans_of_a_bridge),
		cmocka_unit_test(a_locked_port),
		cmocka_unit_test(what_traffic_control_dropped),
		cmocka_unit_test(the_kernel_makes_it_certain),
		cmocka_unit_test(the_kernel_says_why_at_a_place),
		cmocka_unit_test(whether_the_kernel_was_heard),
		cmocka_unit_test(what_drop_monitor_can_say),
		cmocka_unit_test(reasons_and_what_they_prove),
		cmocka_unit_test(two_with_one_mac),
		cmocka_unit_test(policies_of_ipsec),
		cmocka_unit_test(tables_that_are_full),
		cmocka_unit_test(hops_that_are_over),
		cmocka_unit_test(checksums_that_nobody_filled_in),
		cmocka_unit_test(back_by_the_same_port),
		cmocka_unit_test(a_program_at_the_end_of_the_wire),
		cmocka_unit_test(where_a_part_is_lost),
		cmocka_unit_test(a_name_that_does_not_resolve),
		cmocka_unit_test(the_server_that_is_followed),
		cmocka_unit_test(a_bridge_knows_what_follows),
		cmocka_unit_test(a_flow_that_stops_at_its_second_packet),
		cmocka_unit_test(what_counts_as_a_change),
		cmocka_unit_test(every_row_explains_itself),
	};

	return cmocka_run_group_tests_name("diagnose", tests, NULL, NULL);
}
