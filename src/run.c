/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "round.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "collect.h"
#include "dns.h"
#include "fib.h"
#include "firewall/nft-text.h"
#include "inject.h"
#include "inventory.h"
#include "listen.h"
#include "nameserver.h"
#include "netns.h"
#include "outside.h"
#include "predict.h"
#include "resolve.h"
#include "stale.h"
#include "save.h"
#include "whatif.h"

#define ROUNDS         3
#define MAX_NAMESPACES 16
#define MAX_BYSTANDERS 64
#define SMALL_PROBE   84
#define SMALL_SYN     60
#define SYN_ONLY      8 /* of that, options that other segments do not have */
#define SECOND_PORT   443
#define MAX_PEERS     8
#define SIGHTINGS_EACH 32
#define PACE_US       200000
#define STEP_PACE_US    60000
#define STEP_TIMEOUT_US 300000
#define MAX_STEPS       14
#define COUNT_PACE_US 100000
#define MAX_ATTEMPTS    3

static double ms_since(uint64_t since)
{
	return (double)(now_us() - since) / 1000;
}

static void nap(uint64_t us)
{
	struct timespec ts = { .tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000 };

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}

static int fail(struct round *r, char *error)
{
	free(r->d->error);
	r->d->error = error;
	r->d->verdict = VERDICT_UNKNOWN;
	return -ECANCELED;
}

/* --- targets --- */

static bool is_namespace(const struct target *t)
{
	return t->kind == TARGET_NETNS || t->kind == TARGET_PATH || t->kind == TARGET_PID ||
	       t->kind == TARGET_CONTAINER || t->kind == TARGET_HOST;
}

static const char *kind_text(enum target_kind k)
{
	switch (k) {
	case TARGET_NETNS:
		return "netns";
	case TARGET_PATH:
		return "path";
	case TARGET_PID:
		return "pid";
	case TARGET_CONTAINER:
		return "container";
	case TARGET_HOST:
		return "host";
	case TARGET_OUTSIDE:
		return "outside";
	case TARGET_NAME:
		return "name";
	case TARGET_ADDRESS:
	case TARGET_DEFAULT:
		break;
	}
	return "address";
}

/* What a namespace is called in findings: by its name, or by what was written. */
static int add_namespace(struct round *r, const char *name, const char *path, bool named, int fd,
			 uint64_t dev, uint64_t inode)
{
	int at = snapshot_find(r->s, inode);

	if (at >= 0)
		return at;
	at = snapshot_add(r->s, name, inode);
	r->s->ns.v[at].dev = dev;
	r->s->ns.v[at].named = named;
	r->s->ns.v[at].path = path ? snapshot_intern(r->s, path) : NULL;
	vec_push(&r->fds, fd);
	return at;
}

static void forget_namespace(struct round *r)
{
	close(r->fds.v[r->fds.n - 1]);
	r->fds.n--;
	snapshot_drop(r->s);
}

/* The name under which `ip netns` knows a namespace, or NULL. */
static char *known_name(uint64_t inode)
{
	netns_list list = { 0 };
	char *name = NULL;

	if (netns_list_read(&list) == 0)
		vec_each(e, &list)
			if (e->inode == inode && !name)
				name = xstrdup(e->name);
	netns_list_free(&list);
	return name;
}

static int add_target(struct round *r, const struct target *t)
{
	_cleanup_(freep) char *name = NULL;
	bool named = t->kind == TARGET_NETNS;

	if (t->kind == TARGET_HOST)
		return NS_HOST;
	if (named || t->kind == TARGET_CONTAINER) {
		name = xstrdup(t->text);
	} else {
		name = known_name(t->inode);
		named = name != NULL;
		if (!name)
			name = xasprintf("netns:%llu", (unsigned long long)t->inode);
	}
	return add_namespace(r, name, t->path, named, t->fd, t->dev, t->inode);
}

/* The host has been read, all but its ruleset. */
static int collect_guests(struct round *r)
{
	int err = collect_nft_again(r->s, NS_HOST, r->fds.v[NS_HOST]);

	for (int i = 1; !err && i < (int)r->s->ns.n; i++)
		err = collect_ns(r->s, i, r->fds.v[i]);
	return err ? err : collect_nsids(r->s, r->fds.v);
}

static int open_namespaces(struct round *r)
{
	struct target *src = &r->run->source, *dst = &r->run->destination;
	uint64_t dev, inode;
	int err;

	r->self_fd = netns_open_self();
	if (r->self_fd < 0)
		return fail(r, xasprintf("cannot open this process's network namespace: %s",
					 strerror(-r->self_fd)));
	err = netns_id(r->self_fd, &dev, &inode);
	if (err < 0)
		return fail(r, xasprintf("cannot identify the host's network namespace: %s",
					 strerror(-err)));
	if (r->host)
		vec_push(&r->fds, r->self_fd);
	else
		add_namespace(r, "host", NULL, false, r->self_fd, dev, inode);
	r->src = src->kind == TARGET_OUTSIDE ? NS_HOST : add_target(r, src);
	r->dst_ns = is_namespace(dst) ? add_target(r, dst) : -1;
	/* captures take the kernel as long to open as it takes to read all this; many are opened by who asks for many */
	if (!r->host && !r->run->options->no_probe)
		r->run->observer = observe_begin(r->fds.v, r->fds.n);
	r->s->asked = dst->kind == TARGET_ADDRESS ? dst->addr.family : 0;
	err = r->host ? collect_guests(r) : collect_all(r->s, r->fds.v);
	if (err < 0)
		return fail(r, xasprintf("cannot read the configuration: %s%s", strerror(-err),
					 err == -EPERM ? " (CAP_SYS_ADMIN is needed to enter a namespace)" : ""));
	return 0;
}

static bool is_global(const struct iface_addr *a, uint8_t family)
{
	const struct addr *addr = &a->prefix.addr;

	return addr->family == family && !addr_is_loopback(addr) &&
	       (family == AF_INET || !addr_is_linklocal(addr));
}

static const struct iface_addr *first_global(const struct ns *ns, uint8_t family)
{
	vec_each(a, &ns->addrs)
		if (is_global(a, family))
			return a;
	return NULL;
}

/* One that the asker sees on its own link is the one meant. */
static const struct iface_addr *address_in_family(const struct ns *ns, const struct ns *asker,
						  uint8_t family)
{
	vec_each(a, &ns->addrs)
		vec_each(b, &asker->addrs)
			if (is_global(a, family) && is_global(b, family) &&
			    prefix_has(&b->prefix, &a->prefix.addr) && prefix_has(&a->prefix, &b->prefix.addr))
				return a;
	return first_global(ns, family);
}

/* A family of which both have addresses, IPv4 before IPv6; failing that, what there is. */
static const struct iface_addr *address_for(const struct ns *ns, const struct ns *asker)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	const struct iface_addr *a = NULL;

	for (size_t i = 0; !a && i < ARRAY_SIZE(families); i++)
		if (first_global(asker, families[i]))
			a = address_in_family(ns, asker, families[i]);
	for (size_t i = 0; !a && i < ARRAY_SIZE(families); i++)
		a = first_global(ns, families[i]);
	return a;
}

static const struct route *default_route(const struct ns *ns, uint8_t family)
{
	const struct route *best = NULL;

	vec_each(route, &ns->routes)
		if (route->dst.addr.family == family && route->dst.len == 0 &&
		    route->table == RT_TABLE_MAIN && route->type == RTN_UNICAST &&
		    (!best || route->priority < best->priority))
			best = route;
	return best;
}

/*
 * An address that the host does not send out by its uplink may be that of
 * another namespace here: then it is judged to its end.
 */
static void find_owner(struct round *r)
{
	const struct ns *host = snapshot_ns(r->s, NS_HOST);
	const struct route *uplink = default_route(host, r->dst.family);
	inventory list = { 0 };
	struct kernel_route kr;
	size_t before = r->s->ns.n;

	for (size_t i = 0; i < r->s->ns.n; i++) {
		if (ns_is_local(snapshot_ns(r->s, (int)i), &r->dst) &&
		    ((int)i == r->src || !addr_is_loopback(&r->dst))) {
			r->dst_ns = (int)i;
			return;
		}
	}
	if (collect_route(r->self_fd, NULL, &r->dst, 0, 0, &kr) < 0 || kr.error ||
	    (uplink && kr.oif == uplink->nh.oif) || inventory_read(false, &list) < 0)
		return;
	vec_each(e, &list) {
		int fd, at;

		if (snapshot_find(r->s, e->inode) >= 0)
			continue;
		fd = place_open(e);
		if (fd < 0)
			continue;
		at = add_namespace(r, e->names.v[0], e->path, e->named, fd, e->dev, e->inode);
		if (collect_ns(r->s, at, fd) == 0 && ns_addr(snapshot_ns(r->s, at), &r->dst)) {
			r->dst_ns = at;
			break;
		}
		forget_namespace(r);
	}
	inventory_free(&list);
	if (r->s->ns.n > before)
		collect_nsids(r->s, r->fds.v);
}

static struct name_question name_question(const struct round *r)
{
	return (struct name_question){ .error = r->name_error,
				       .name = r->run->destination.text,
				       .conf_path = r->run->source.files.conf_path,
				       .report = &r->names,
				       .s = r->s,
				       .ns = r->src };
}

/*
 * A name that its servers do not resolve: ask them instead. A single word may as
 * well be a namespace that there is not.
 */
static bool follow_name(struct round *r, int error)
{
	struct name_question q = name_question(r);
	const struct addr *server;

	server = nameserver_to_follow(&q);
	if (!nameserver_is_fault(error) || !strchr(q.name, '.') || !q.conf_path || !server)
		return false;
	r->name_error = error;
	r->dst = *server;
	return true;
}

/* The link-local address `dst` of the interface that was named: whose is it? */
static void find_neighbour(struct round *r)
{
	int peer_ns, peer_if;
	const struct link *l;

	if (ns_is_local_by(snapshot_ns(r->s, r->src), r->oif, &r->dst)) {
		r->dst_ns = r->src;
		return;
	}
	if (!snapshot_peer(r->s, r->src, r->oif, &peer_ns, &peer_if))
		return;
	l = ns_link(snapshot_ns(r->s, peer_ns), peer_if);
	if (ns_is_local_by(snapshot_ns(r->s, peer_ns), peer_if, &r->dst) ||
	    (l && l->master && ns_is_local_by(snapshot_ns(r->s, peer_ns), l->master, &r->dst)))
		r->dst_ns = peer_ns;
}

/*
 * What a resolver would try first: the IPv6 address where the source has a route to it and a source address that
 * fits (RFC 6724, 6), else the IPv4 address.
 */
static bool prefers_ipv6(const struct ns *src, const struct addr *six, const struct addr *four)
{
	struct lookup way, way4;
	struct addr own;

	fib_lookup(src, &(struct fib_query){ .dst = *six }, &way);
	fib_lookup(src, &(struct fib_query){ .dst = *four }, &way4);
	if (way.error)
		return false;
	own = fib_source(src, &way, six);
	if (!addr_is_set(&own) || addr_is_loopback(&own) != addr_is_loopback(six))
		return false;
	return way4.error != 0 || fib_source_fits(&own, six);
}

/* Servers that do not answer are not asked twice. */
static int resolve_destination(struct round *r, const char *text, char **ret_error)
{
	const struct ns *src = snapshot_ns(r->s, r->src);
	uint64_t patience = (uint64_t)(r->run->options->timeout * 1e6);
	_cleanup_(freep) char *error6 = NULL;
	struct addr four = { 0 }, six = { 0 };
	struct resolve_report report6 = { 0 };
	int err = resolve_name(r->fds.v[r->src], &r->run->source.files, text, AF_INET, patience, &four,
			       &r->names, ret_error);
	/* nor is a namespace without IPv6 kept waiting for an address that it cannot use */
	bool ask6 = err < 0 ? !nameserver_is_fault(err) : first_global(src, AF_INET6) != NULL;

	if (ask6 && resolve_name(r->fds.v[r->src], &r->run->source.files, text, AF_INET6, patience, &six,
				 &report6, &error6) < 0)
		six = (struct addr){ 0 };
	if (err < 0 && !addr_is_set(&six))
		return err;
	if (err < 0)
		freep(ret_error);
	r->dst = addr_is_set(&six) && (err < 0 || prefers_ipv6(src, &six, &four)) ? six : four;
	return 0;
}

/* The namespace's way out: the uplink's gateway, else its own. IPv4 before IPv6. */
static int default_destination(struct round *r)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	const struct ns *src = snapshot_ns(r->s, r->src);

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		const struct route *way = default_route(snapshot_ns(r->s, NS_HOST), families[i]);

		/* the host's link-local gateway is nobody whom others could ask */
		if (!way || !addr_is_set(&way->nh.gateway) ||
		    (r->src != NS_HOST && families[i] == AF_INET6 && addr_is_linklocal(&way->nh.gateway)))
			way = default_route(src, families[i]);
		if (!way || !addr_is_set(&way->nh.gateway))
			continue;
		r->dst = way->nh.gateway;
		if (families[i] == AF_INET6 && addr_is_linklocal(&r->dst))
			r->oif = way->nh.oif;
		return 0;
	}
	return fail(r, xasprintf("%s has no way out: neither it nor the host has a default gateway; "
				 "name a DESTINATION", src->name));
}

static int find_interface(struct round *r, const char *name)
{
	const struct link *l = ns_link_by_name(snapshot_ns(r->s, r->src), name);

	if (!l)
		return fail(r, xasprintf("%s has no interface %s", snapshot_ns(r->s, r->src)->name, name));
	r->oif = l->ifindex;
	return 0;
}

/* Reads what the last evaluation lacked. True where evaluating again says more. */
static bool fill(struct round *r)
{
	int more = r->stale ? 0 : collect_needs(r->s, r->replayed ? NULL : r->fds.v);

	r->stale = r->stale || more < 0;
	return more > 0;
}

/* --- from outside --- */

/* Somebody whom this host would answer by its uplink (RFC 5737: addresses for documentation). */
static bool find_client(const struct round *r, uint8_t family, struct addr *ret)
{
	static const char *const addresses[] = { "203.0.113.71", "198.51.100.71", "192.0.2.71",
						 "2001:db8:7171::71", "3fff:71::71" };
	const struct ns *host = snapshot_ns(r->s, NS_HOST);

	if (addr_is_set(&r->run->options->from)) {
		*ret = r->run->options->from;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		struct lookup way;

		if (addr_parse(addresses[i], ret) < 0 || ret->family != family)
			continue;
		fib_lookup(host, &(struct fib_query){ .dst = *ret }, &way);
		if (way.error == 0 && way.type == RTN_UNICAST && way.route && way.route->dst.len == 0)
			return true;
	}
	return false;
}

/* The interface that faces the outside: of a bridge, its port. */
static int find_uplink(const struct round *r, uint8_t family)
{
	const struct ns *host = snapshot_ns(r->s, NS_HOST);
	const struct route *way = default_route(host, family);
	const struct link *l = way ? ns_link(host, way->nh.oif) : NULL;
	const struct link *port = l && streq(l->kind, "bridge") ? predict_outer_port(host, l->ifindex, 0) :
								 NULL;

	return port ? port->ifindex : l ? l->ifindex : 0;
}

/* The host's address that somebody outside would ask. */
static bool uplink_address(const struct round *r, uint8_t family, struct addr *ret)
{
	const struct ns *host = snapshot_ns(r->s, NS_HOST);
	const struct route *way = default_route(host, family);

	vec_each(a, &host->addrs) {
		if (!way || a->ifindex != way->nh.oif || !is_global(a, family))
			continue;
		*ret = a->prefix.addr;
		return true;
	}
	return false;
}

static bool wanted(const struct options *o, enum proto p)
{
	return o->protos == 0 || (o->protos & (1u << p));
}

static enum proto question_of(const struct options *o, const struct target *t)
{
	if (!t->port)
		return wanted(o, PROTO_ICMP) ? PROTO_ICMP : PROTO_TCP;
	if (t->has_proto)
		return t->proto;
	return wanted(o, PROTO_TCP) ? PROTO_TCP : PROTO_UDP;
}

/*
 * Does a packet for this port of the host go to one of the namespace (*ret_port)? Where nobody can
 * tell, *known becomes false.
 */
static bool leads_there(struct round *r, uint16_t port, uint16_t *ret_port, bool *known)
{
	const struct ns *host = snapshot_ns(r->s, NS_HOST);
	const struct link *l = ns_link(host, r->entrance.uplink);
	const struct fw_place at = {
		.ns = NS_HOST,
		.hook = HOOK_PREROUTING,
		.iif = l && l->master ? l->master : r->entrance.uplink,
		.port_in = l && l->master ? r->entrance.uplink : 0,
	};
	const struct packet pkt = { .src = r->entrance.client,
				    .dst = r->dst,
				    .proto = question_of(r->run->options, &r->run->destination),
				    .dport = port,
				    .tcp_flags = TH_SYN,
				    .ttl = 64,
				    .size = 60,
				    .ct = CT_NEW };
	struct fw_result res;

	do
		fw_eval(r->s, &at, &pkt, &res);
	while (fill(r));
	*known &= !res.nat_unknown;
	*ret_port = res.nat.port ? res.nat.port : port;
	return !res.nat_unknown && res.nat.kind == NAT_DEST && addr_is_set(&res.nat.addr) &&
	       ns_addr(snapshot_ns(r->s, r->dst_ns), &res.nat.addr);
}

/* Of very many ports not all are tried. */
#define TRIES_MAX 4096

/* The first port of these that leads to the service. False: none does; *ret_all: for certain. */
static bool try_ports(struct round *r, const port_list *ports, uint16_t service, bool *ret_all)
{
	uint16_t to;

	*ret_all = ports->n <= TRIES_MAX;
	for (size_t i = 0; i < ports->n && i < TRIES_MAX; i++) {
		if (leads_there(r, ports->v[i], &to, ret_all) && to == service) {
			r->entrance.port = ports->v[i];
			return true;
		}
	}
	return false;
}

/*
 * "outside netns1:5000" is the port 5000 of this host where that leads to
 * netns1; else the port that leads to netns1's 5000.
 */
static void find_published_port(struct round *r, uint16_t port)
{
	port_list ports = { 0 };
	bool listed, tried = true;
	uint16_t to;

	r->entrance.port = r->entrance.target_port = port;
	r->entrance.target_ns = r->dst_ns;
	if (leads_there(r, port, &to, &tried)) {
		r->entrance.target_port = to;
		return;
	}
	do {
		vec_free(&ports);
		listed = fw_dnat_ports(r->s, NS_HOST, r->dst.family, &ports);
	} while (fill(r));
	if (!try_ports(r, &ports, port, &tried))
		r->entrance.ports_tried = listed && tried;
	vec_free(&ports);
}

static int not_from_outside(struct round *r)
{
	return fail(r, xasprintf("%s is no address of this host or of a namespace here; from outside "
				 "only those can be asked", addr_text(&r->dst).s));
}

/* In which both the namespace has an address and the host an uplink, IPv4 before IPv6; or the client's. */
static uint8_t entrance_family(const struct round *r)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };

	if (addr_is_set(&r->run->options->from))
		return r->run->options->from.family;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (default_route(snapshot_ns(r->s, NS_HOST), families[i]) &&
		    first_global(snapshot_ns(r->s, r->dst_ns), families[i]))
			return families[i];
	return default_route(snapshot_ns(r->s, NS_HOST), AF_INET) ? AF_INET : AF_INET6;
}

/* The address that was named, or that a name has. */
static int find_asked(struct round *r)
{
	uint64_t patience = (uint64_t)(r->run->options->timeout * 1e6);
	struct target *t = &r->run->destination;
	_cleanup_(freep) char *error = NULL, *error6 = NULL;

	if (t->kind == TARGET_ADDRESS)
		r->dst = t->addr;
	else if (resolve_name(r->fds.v[NS_HOST], &r->run->source.files, t->text, AF_INET, patience, &r->dst,
			      &r->names, &error) < 0 &&
		 resolve_name(r->fds.v[NS_HOST], &r->run->source.files, t->text, AF_INET6, patience, &r->dst,
			      &r->names, &error6) < 0)
		return fail(r, target_neither(t, error));
	return 0;
}

/* Where it comes in, and who asks. */
static int find_way_in(struct round *r, uint8_t family)
{
	r->entrance.uplink = find_uplink(r, family);
	if (!r->entrance.uplink)
		return fail(r, xasprintf("the host has no default route%s, so that it has no uplink to enter by",
					 family == AF_INET6 ? " of IPv6" : ""));
	if (!find_client(r, family, &r->entrance.client))
		return fail(r, xstrdup("no address for documentation is routed to the uplink; "
				       "name a client's with --from"));
	if (r->entrance.client.family != family)
		return fail(r, xasprintf("%s cannot ask %s: one is IPv4, the other IPv6",
					 addr_text(&r->entrance.client).s, addr_text(&r->dst).s));
	return 0;
}

static int find_entrance(struct round *r)
{
	const struct target *t = &r->run->destination;
	const struct iface_addr *a;
	uint8_t family;
	int err;

	err = is_namespace(t) ? 0 : find_asked(r);
	family = is_namespace(t) ? entrance_family(r) : r->dst.family;
	if (!err)
		err = find_way_in(r, family);
	if (err)
		return err;
	if (!is_namespace(t)) {
		if (!addr_is_linklocal(&r->dst) && !addr_is_loopback(&r->dst))
			find_owner(r);
		return r->dst_ns < 0 ? not_from_outside(r) : 0;
	}
	a = t->port || r->dst_ns == NS_HOST ? NULL :
	    address_in_family(snapshot_ns(r->s, r->dst_ns), snapshot_ns(r->s, NS_HOST), family);
	if (a) {
		r->dst = a->prefix.addr;
		return 0;
	}
	if (!uplink_address(r, family, &r->dst))
		return fail(r, xstrdup("the host has no address on its uplink"));
	if (r->dst_ns != NS_HOST && t->port)
		find_published_port(r, t->port);
	return 0;
}

static int find_destination(struct round *r)
{
	struct target *t = &r->run->destination;
	const struct ns *src = snapshot_ns(r->s, r->src);
	const struct iface_addr *a;
	char *error = NULL;
	int err;

	if (r->run->source.kind == TARGET_OUTSIDE)
		return find_entrance(r);
	if (is_namespace(t)) {
		a = address_for(snapshot_ns(r->s, r->dst_ns), src);
		if (r->dst_ns == r->src)
			addr_parse("127.0.0.1", &r->dst);
		else if (a)
			r->dst = a->prefix.addr;
		return 0;
	}
	switch (t->kind) {
	case TARGET_ADDRESS:
		r->dst = t->addr;
		err = t->ifname ? find_interface(r, t->ifname) : 0;
		if (err < 0)
			return err;
		break;
	case TARGET_NAME:
		progress_say(r->run->progress, "asking for the address of %s", t->text);
		err = resolve_destination(r, t->text, &error);
		if (err < 0) {
			_cleanup_(freep) char *why = error;

			if (follow_name(r, err))
				break;
			return fail(r, target_neither(t, why ? why : strerror(-err)));
		}
		break;
	default:
		err = default_destination(r);
		if (err < 0)
			return err;
		break;
	}
	if (r->oif)
		find_neighbour(r);
	else
		find_owner(r);
	return 0;
}

static void remark(struct diagnosis *d, const struct target *t)
{
	if (t->remark)
		vec_push(&d->remarks, ((struct unchecked){ .what = xstrdup("a network of its own"),
							   .why = xstrdup(t->remark) }));
}

/* Somebody real may have the address that was given. */
static void remark_client(struct diagnosis *d, const struct options *o)
{
	if (addr_is_set(&o->from) && !o->no_probe)
		vec_push(&d->remarks,
			 ((struct unchecked){
				 .what = xasprintf("whether somebody has %s", addr_text(&o->from).s),
				 .why = xasprintf("packets with the source %s were made up here; if somebody "
						  "has that address, and nsdoctor is killed meanwhile, answers "
						  "may reach him",
						  addr_text(&o->from).s),
			 }));
}

static void describe(struct endpoint *e, const struct target *t, int ns)
{
	bool named = is_namespace(t) || t->kind == TARGET_NAME || t->kind == TARGET_OUTSIDE;

	e->name = named && t->text ? xstrdup(t->text) : NULL;
	e->kind = kind_text(t->kind);
	e->ns = ns;
}

void round_describe(struct round *r)
{
	describe(&r->d->source, &r->run->source, r->entrance.uplink ? -1 : r->src);
	describe(&r->d->destination, &r->run->destination, r->dst_ns);
	if (!r->name_error)
		r->d->destination.address = r->dst;
	r->d->destination.port = r->run->destination.port;
}

/* --- the plan --- */

/* What a target here sends to the client outside that asks it. */
static bool is_way_back(const struct round *r, const struct probe *p)
{
	return r->entrance.uplink && !p->outside;
}

static struct flow flow_of(const struct round *r, const struct probe *p)
{
	bool published = p->outside && p->port && r->entrance.target_port;
	int asked = r->entrance.target_port ? NS_HOST : r->dst_ns;

	return (struct flow){ .src_ns = p->ns,
			      .dst_ns = is_way_back(r, p) ? -1 : asked,
			      .entry = p->outside ? r->entrance.uplink : 0,
			      .target_ns = published ? r->entrance.target_ns : 0,
			      .target_port = published ? r->entrance.target_port : 0,
			      .ports_tried = published && r->entrance.ports_tried,
			      .src = p->src,
			      .dst = p->dst,
			      .oif = p->oif,
			      .proto = p->proto,
			      .port = p->port,
			      .size = p->size,
			      .follows = p->follows != 0 };
}

/*
 * The namespace, as an id of *ret_ns, at the other end of the wire by which the walk ends: or, by a port of a bridge,
 * leaves for the outside. -1: there is none, or it is known.
 */
static int unknown_end(const struct round *r, const struct path *path, int *ret_ns)
{
	const struct leg *last = path->legs.n ? &path->legs.v[path->legs.n - 1] : NULL;
	const struct point *up = path->uplink_point >= 0 ? &path->points.v[path->uplink_point] : NULL;
	const struct link *l = NULL;
	int peer_ns, peer_if;

	if (last && last->stop == STOP_PEER_UNKNOWN) {
		*ret_ns = last->ns;
		l = ns_link(snapshot_ns(r->s, last->ns), last->oif);
		return l ? l->peer_nsid : -1;
	}
	if (up)
		l = ns_link(snapshot_ns(r->s, up->ns), up->ifindex);
	if (!l || !l->master || snapshot_peer(r->s, up->ns, l->ifindex, &peer_ns, &peer_if))
		return -1;
	*ret_ns = up->ns;
	return l->peer_nsid;
}

/* Has a namespace the address that was looked for, and on the bridge where it was? */
static bool is_missed(const struct round *r, int at, const struct leg *last)
{
	const struct iface_addr *own = ns_addr(snapshot_ns(r->s, at), &last->nexthop);
	const struct link *in = ns_link(snapshot_ns(r->s, last->ns), last->iif), *port;
	int ns, ifindex;

	if (!own || last->stop == STOP_NO_PORT)
		return own != NULL;
	if (!in || !snapshot_peer(r->s, at, own->ifindex, &ns, &ifindex) || ns != last->ns)
		return false;
	port = ns_link(snapshot_ns(r->s, ns), ifindex);
	return port && port->master && port->master == (in->master ? in->master : in->ifindex);
}

/*
 * The walk ends where a namespace would have to be that nobody named: reads
 * the one that it is, if it can be found. It holds the other end of the veth,
 * or the address that no port was known to lead to.
 */
static bool meet_neighbour(struct round *r, const struct path *path)
{
	const struct leg *last = path->legs.n ? &path->legs.v[path->legs.n - 1] : NULL;
	int ns = -1, nsid = unknown_end(r, path, &ns);
	bool by_wire = nsid >= 0, met = false;
	inventory list = { 0 };

	if (r->replayed || r->s->ns.n >= MAX_NAMESPACES ||
	    (!by_wire && (!last || (last->stop != STOP_NO_PORT && last->stop != STOP_NO_OWNER))) ||
	    inventory_read(true, &list) < 0)
		return false;
	vec_each(e, &list) {
		int fd, at;

		if (met || snapshot_find(r->s, e->inode) >= 0)
			continue;
		fd = place_open(e);
		if (fd < 0)
			continue;
		at = add_namespace(r, e->names.v[0], e->path, e->named, fd, e->dev, e->inode);
		met = collect_nsids(r->s, r->fds.v) == 0 &&
		      (!by_wire || snapshot_nsid(r->s, ns, nsid) == at) &&
		      collect_ns(r->s, at, fd) == 0 &&
		      (by_wire || is_missed(r, at, last));
		if (!met)
			forget_namespace(r);
	}
	collect_nsids(r->s, r->fds.v);
	inventory_free(&list);
	return met;
}

struct path *round_predict(struct round *r, const struct flow *flow)
{
	struct path *path = predict(r->s, flow);

	while (fill(r)) {
		path_free(path);
		path = predict(r->s, flow);
	}
	return path;
}

static struct path *predict_far(struct round *r, const struct flow *flow)
{
	struct path *path = round_predict(r, flow);

	while (meet_neighbour(r, path)) {
		path_free(path);
		path = round_predict(r, flow);
	}
	return path;
}

/* As they are sent, for the model, before they are: of IPv6 the header is longer by 20 bytes. */
static uint32_t small_size(enum proto proto, uint16_t port, uint8_t family)
{
	uint32_t longer = family == AF_INET6 ? 20 : 0;

	switch (proto) {
	case PROTO_ICMP:
		return SMALL_PROBE + longer;
	case PROTO_UDP:
		return (port == DNS_PORT ? 72 : 40) + longer;
	case PROTO_TCP:
	case PROTO_COUNT:
		break;
	}
	return SMALL_SYN + longer;
}

/* Plans a probe where its way is as it has to be; fits: NULL: whatever it is. */
static bool plan_probe(struct round *r, const struct probe *p, bool (*fits)(const struct path *))
{
	struct flow flow = flow_of(r, p);
	struct path *path = predict_far(r, &flow);

	if (fits && !fits(path)) {
		path_free(path);
		return false;
	}
	vec_push(&r->plan.probes, *p);
	vec_push(&r->paths, path);
	return true;
}

static void add_probe(struct round *r, enum proto proto, uint16_t port, bool question, bool control,
		      bool full)
{
	const struct probe p = { .ns = control ? NS_HOST : r->src,
				 .proto = proto,
				 .src = r->entrance.client,
				 .dst = r->dst,
				 .oif = r->oif,
				 .port = port,
				 .outside = r->entrance.uplink != 0,
				 .size = full ? 0 : small_size(proto, port, r->dst.family),
				 .df = full,
				 .question = question,
				 .control = control,
				 .full = full,
				 .rtt_us = -1 };

	plan_probe(r, &p, NULL);
}

/* PROTO_COUNT: none. UDP is one only where a port was asked, and both kinds of it. */
static enum proto second_of(const struct options *o, enum proto question)
{
	static const enum proto order[] = { PROTO_ICMP, PROTO_TCP, PROTO_UDP };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		if (order[i] == question || !wanted(o, order[i]))
			continue;
		if (order[i] == PROTO_ICMP || question == PROTO_ICMP || o->protos)
			return order[i];
	}
	return PROTO_COUNT;
}

static uint16_t port_of(const struct round *r, enum proto proto)
{
	const struct target *t = &r->run->destination;

	if (r->entrance.port && proto != PROTO_ICMP)
		return r->entrance.port;
	return proto == PROTO_ICMP ? 0 : t->port ? t->port : SECOND_PORT;
}

static bool comes_in(const struct path *path)
{
	return path->deliver_leg >= 0 && path->legs.v[path->deliver_leg].ns != NS_HOST;
}

/* By an interface of the host, where it is turned aside: nowhere else. */
static bool goes_to_client(const struct path *path)
{
	return path->uplink_point >= 0 && path->points.v[path->uplink_point].ns == NS_HOST;
}

/*
 * From outside, full size is asked for in both directions. To the namespace where the question ends, at its own
 * address: only echo requests can be of any size. And from there, with "don't fragment", as its service's answers
 * would come: echo replies are fragmented.
 */
static void add_sizes(struct round *r)
{
	const struct path *question = r->paths.v[0];
	const struct link *uplink = ns_link(snapshot_ns(r->s, NS_HOST), r->entrance.uplink);
	struct probe p = { .proto = PROTO_ICMP, .df = true, .full = true, .rtt_us = -1 };
	struct addr to;

	if (!comes_in(question) || !uplink)
		return;
	to = question->legs.v[question->deliver_leg].pkt.dst;
	p.ns = r->src;
	p.src = r->entrance.client;
	p.dst = to;
	p.outside = true;
	p.size = uplink->mtu < OUTSIDE_MAX ? uplink->mtu : OUTSIDE_MAX;
	plan_probe(r, &p, comes_in);
	p.ns = question->legs.v[question->deliver_leg].ns;
	p.src = to;
	p.dst = r->entrance.client;
	p.outside = false;
	p.size = 0;
	plan_probe(r, &p, goes_to_client);
}

static void plan_probes(struct round *r)
{
	const struct options *o = r->run->options;
	const struct target *t = &r->run->destination;
	enum proto question = r->name_error ? PROTO_UDP : question_of(o, t);
	enum proto second = r->name_error ? PROTO_COUNT : second_of(o, question);
	uint16_t port = r->name_error ? DNS_PORT : port_of(r, question);
	bool both = second != PROTO_COUNT;
	bool outside;

	add_probe(r, question, port, true, false, false);
	if (both)
		add_probe(r, second, port_of(r, second), false, false, false);
	if (wanted(o, PROTO_ICMP) && r->entrance.uplink)
		add_sizes(r);
	else if (wanted(o, PROTO_ICMP) && !r->name_error)
		add_probe(r, PROTO_ICMP, 0, false, false, true);
	outside = r->dst_ns < 0 && r->src != NS_HOST && !r->oif;
	if (outside) {
		add_probe(r, question, port, false, true, false);
		if (both)
			add_probe(r, second, port_of(r, second), false, true, false);
	}
	r->d->destination.proto = r->name_error ? question_of(o, t) : question;
}

void round_marks(struct marks *m)
{
	uint32_t seq;

	random_bytes(m->token, sizeof(m->token));
	random_bytes(&seq, sizeof(seq));
	m->seq = seq & 0xffff0000u;
}

static void watch_addr(struct observe_spec *spec, const struct addr *a)
{
	if (!addr_is_set(a))
		return;
	vec_each(known, &spec->arp)
		if (addr_eq(known, a))
			return;
	vec_push(&spec->arp, *a);
}

static void watch_ns(const struct round *r, struct observe_spec *spec, int ns)
{
	vec_each(known, &spec->ns)
		if (known->ns == ns)
			return;
	vec_push(&spec->ns, ((struct watched){ ns, r->fds.v[ns], snapshot_ns(r->s, ns), 0 }));
}

static void watch_peer(struct observe_spec *spec, const struct addr *a, uint16_t port)
{
	if (!addr_is_set(a) || spec->peers.n >= MAX_PEERS)
		return;
	vec_each(known, &spec->peers)
		if (known->port == port && addr_eq(&known->addr, a))
			return;
	vec_push(&spec->peers, ((struct udp_peer){ *a, port }));
}

/* The destination, also as rules translate it on the way. */
static void watch_peers(struct observe_spec *spec, const struct path *p)
{
	if (p->flow.proto != PROTO_UDP)
		return;
	watch_peer(spec, &p->flow.dst, p->flow.port);
	for (size_t i = 0; i < p->request_legs && i < p->legs.n; i++)
		if (p->legs.v[i].dir == DIR_REQUEST)
			watch_peer(spec, &p->legs.v[i].pkt.dst, p->legs.v[i].pkt.dport);
}

void round_watch(const struct round *r, struct observe_spec *spec)
{
	for (size_t i = 0; i < r->paths.n; i++) {
		const struct path *p = r->paths.v[i];

		watch_addr(spec, &p->flow.src);
		watch_addr(spec, &p->flow.dst);
		watch_ns(r, spec, p->flow.src_ns);
		watch_peers(spec, p);
		vec_each(leg, &p->legs) {
			watch_addr(spec, &leg->nexthop);
			watch_ns(r, spec, leg->ns);
		}
	}
	if (r->dst_ns >= 0)
		watch_ns(r, spec, r->dst_ns);
	watch_ns(r, spec, NS_HOST);
}

static void open_observer(struct round *r)
{
	struct observe_spec spec = { .marks = r->plan.marks,
				     .namespaces = r->s->ns.n,
				     .capture = true,
				     .keep_frames = r->run->options->pcap || r->run->options->save,
				     .trace = !r->run->options->no_trace,
				     .inject = r->inject };

	round_watch(r, &spec);
	r->run->observer = observe_open(&spec, &r->obs, r->run->observer);
	/* our own tables move the generation as everybody else's do */
	vec_each(ns, &spec.ns)
		r->s->ns.v[ns->ns].nft_generation += observe_transactions(r->run->observer, ns->ns);
	observe_spec_done(&spec);
}

/* --- the way in --- */

/* Would a packet of ours leave this machine? That is nobody's to see. */
static bool goes_out_again(const struct round *r)
{
	for (size_t i = 0; i < r->paths.n; i++)
		if (!is_way_back(r, &r->plan.probes.v[i]) &&
		    (r->paths.v[i]->outside || predict_may_leave(r->s, r->paths.v[i])))
			return true;
	return false;
}

/* A frame that would leave by such an interface tells neither what it is nor by which one. */
static bool leaves_without_ethernet(const struct round *r)
{
	for (size_t i = 0; i < r->paths.n; i++)
		vec_each(leg, &r->paths.v[i]->legs) {
			const struct link *l = leg->kind == LEG_LEAVE ?
						       ns_link(snapshot_ns(r->s, leg->ns), leg->oif) : NULL;

			if (l && l->type != ARPHRD_ETHER)
				return true;
		}
	return false;
}

/* Who receives a client's packets on the uplink's segment: the host, or whoever shares that with it. */
static bool find_receiver(const struct round *r, uint8_t *ret_mac)
{
	vec_each(leg, &r->paths.v[0]->legs) {
		const struct link *l = leg->kind == LEG_FORWARD || leg->kind == LEG_DELIVER ?
					       ns_link(snapshot_ns(r->s, leg->ns), leg->iif) : NULL;

		if (l && l->mac_len == 6) {
			memcpy(ret_mac, l->mac, 6);
			return true;
		}
	}
	return false;
}

/* How many datagrams there will be, and one that may be sent once more. */
static unsigned int count_datagrams(const struct round *r, const struct probe_plan *plan)
{
	unsigned int n = 0;

	vec_each(p, &plan->probes)
		if (p->proto == PROTO_UDP)
			n += r->run->options->count ? r->run->options->count : MAX_ATTEMPTS;
	return n ? n + 1 : 0;
}

bool round_open_entrance(struct round *r, struct probe_plan *plan, char **ret_why)
{
	struct inject_spec spec = { .s = r->s,
					  .ns_fd = r->self_fd,
					  .uplink = r->entrance.uplink,
					  .way = default_route(snapshot_ns(r->s, NS_HOST),
							       r->entrance.client.family),
					  .client = r->entrance.client,
					  .marks = plan->marks,
					  .datagrams = count_datagrams(r, plan) };

	if (goes_out_again(r)) {
		*ret_why = xstrdup("the packet would leave this host again");
		return false;
	}
	if (leaves_without_ethernet(r)) {
		*ret_why = xstrdup("the answer would leave by an interface that is no Ethernet");
		return false;
	}
	if (!find_receiver(r, spec.mac)) {
		*ret_why = xstrdup("nobody is known to receive it");
		return false;
	}
	if (inject_open(&spec, &r->inject, ret_why) < 0)
		return false;
	plan->inject = r->inject;
	/* its table moves the generation as everybody else's do */
	r->s->ns.v[NS_HOST].nft_generation++;
	return true;
}

void round_close_entrance(struct round *r, struct probe_plan *plan)
{
	if (!r->inject)
		return;
	outside_close(plan);
	plan->inject = NULL;
	observe_forget_inject(r->run->observer);
	inject_close(r->inject);
	r->inject = NULL;
}

/* --- probing --- */

/* An answer from outside came in by another interface than the request left by. */
static int answer_came_by(const struct round *r, size_t probe)
{
	const struct path *path = r->paths.v[probe];

	if (!path->outside || path->flow.reply_iif)
		return 0;
	vec_each(s, &r->obs.sightings) {
		if (s->probe != (int)probe || s->kind != SIGHT_REPLY || s->ns != NS_HOST || s->out)
			continue;
		return s->ifindex != path->points.v[path->uplink_point].ifindex ? s->ifindex : 0;
	}
	return 0;
}

static bool is_port_of(const struct ns *ns, int ifindex, int bridge)
{
	const struct link *l = ns_link(ns, ifindex);

	return l && l->master == bridge;
}

/*
 * The port of the host's bridge by which the request left, where it is another one than that behind which the next hop
 * was thought, else 0. As long as not all is seen this may change: a flooded one leaves by one port after the other.
 */
static int request_left_by(const struct round *r, size_t probe)
{
	const struct path *path = r->paths.v[probe];
	const struct ns *host = snapshot_ns(r->s, NS_HOST);
	int followed = path->flow.request_port, port = followed;

	vec_each(s, &r->obs.sightings) {
		const struct point *pt;
		const struct link *l;

		if (s->probe != (int)probe || s->kind != SIGHT_REQUEST || s->ns != NS_HOST || !s->out || s->ifindex == port)
			continue;
		pt = path_point(path, NS_HOST, s->ifindex, true, DIR_REQUEST);
		if (pt && !followed && LEG_BIT(path->legs.v[pt->leg].kind) & (LEG_BIT(LEG_BRIDGED) | LEG_BIT(LEG_BRIDGE_DOWN)))
			return 0;
		/* the links are many, and this is asked again and again */
		l = pt ? NULL : ns_link(host, s->ifindex);
		if (!l || !l->master || (followed && !is_port_of(host, followed, l->master)))
			continue;
		if (port) /* flooded: it left by several */
			return 0;
		port = s->ifindex;
	}
	return port;
}

/* Packets took a way that the configuration does not tell: follow them there. */
static void follow_packets(struct round *r, size_t probe)
{
	struct path *path = r->paths.v[probe];
	struct flow flow = path->flow;
	int reply_iif = answer_came_by(r, probe), port = request_left_by(r, probe);

	if (!reply_iif && port == flow.request_port)
		return;
	if (reply_iif)
		flow.reply_iif = reply_iif;
	flow.request_port = port;
	r->paths.v[probe] = round_predict(r, &flow);
	path_free(path);
}

/* Was the question answered by the destination, not by somebody on this host in its place? */
static bool is_question_theirs(const struct round *r)
{
	const struct path *path = r->paths.v[0];

	if (path->taken_leg >= 0 || !path->outside)
		return false;
	return path->uplink_point < 0 ||
	       correlate_passed(&r->obs, 0, &path->points.v[path->uplink_point]);
}

static bool is_translated(const struct path *path)
{
	return !addr_eq(path_asked(path, NS_HOST), &path->flow.dst);
}

/*
 * A service has an address of its own that nobody else has, and that no router
 * leads to: what is not translated as the question was is sent to nobody.
 */
static bool is_elsewhere(const struct round *r, size_t probe)
{
	return is_translated(r->paths.v[0]) && addr_is_private(&r->paths.v[0]->flow.dst) &&
	       !is_translated(r->paths.v[probe]);
}

enum settle round_settle(struct round *r, size_t probe, uint64_t now, uint64_t *ret_wake_us)
{
	enum settle s;

	follow_packets(r, probe);
	s = correlate_settle(r->paths.v[probe], &r->plan.probes.v[probe], probe, &r->obs, now,
			     r->plan.pace_us, r->plan.timeout_us, ret_wake_us);
	if (s != SETTLE_BEYOND)
		return s;
	/* how soon another one answers says nothing of the destination */
	if (!is_question_theirs(r))
		return SETTLE_WAIT;
	return is_elsewhere(r, probe) ? SETTLE_ELSEWHERE : s;
}

static enum settle settle(void *ctx, size_t probe, uint64_t now, uint64_t *ret_wake_us)
{
	return round_settle(ctx, probe, now, ret_wake_us);
}

bool round_is_partial(const struct round *r)
{
	const struct probe *first = &r->plan.probes.v[0];

	return first->answered && first->answered < first->attempts.n && !r->plan.all_attempts;
}

/*
 * Some attempts were answered and others not: one packet alone, a second
 * later, tells a defect from a hiccup (a neighbour being resolved, a burst).
 */
static void ask_again(struct round *r)
{
	const struct probe *first = &r->plan.probes.v[0];
	struct probe_plan again = { .marks = r->plan.marks,
				    .max_attempts = 1,
				    .pace_us = r->plan.pace_us,
				    .timeout_us = r->plan.timeout_us,
				    .ns_fds = r->fds.v,
				    .inject = r->plan.inject,
				    .stop = r->plan.stop,
				    .while_waiting = r->plan.while_waiting };
	struct observations none = { 0 };

	if (!round_is_partial(r))
		return;
	progress_say(r->run->progress, "asking once more: some packets were lost");
	nap(1000000);
	vec_push(&again.probes, probe_again(first));
	/* only answers to the marks that are known are turned aside; its port or id is new in any case */
	if (!again.inject)
		round_marks(&again.marks);
	if (probe_run(&again, NULL, &none) == 0)
		r->lost_again = again.probes.v[0].answered == 0;
	if (again.inject)
		outside_close(&again);
	observations_free(&none);
	probe_plan_done(&again);
}

/* For the sockets and sightings of many packets. */
static void make_room(struct round *r)
{
	size_t packets = (size_t)r->plan.max_attempts * r->plan.probes.n;
	struct rlimit files;

	if (!r->plan.all_attempts)
		return;
	r->obs.max = OBSERVATIONS_MAX + packets * SIGHTINGS_EACH;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

void round_pace(const struct round *r, struct probe_plan *plan)
{
	const struct options *o = r->run->options;

	plan->max_attempts = o->count ? o->count : MAX_ATTEMPTS;
	plan->all_attempts = o->count != 0;
	plan->pace_us = !o->count ? PACE_US :
			o->interval > 0 ? (uint64_t)(o->interval * 1e6) : COUNT_PACE_US;
	plan->timeout_us = (uint64_t)(o->timeout * 1e6);
}

int round_sent(struct round *r, int err)
{
	const struct probe *question = &r->plan.probes.v[0];

	if (!err && question->attempts.n && question->attempts.v[0].no_socket)
		err = -question->attempts.v[0].error;
	if (err == -EINTR)
		return fail(r, xstrdup("it was interrupted"));
	if (err == -EPERM || err == -EACCES)
		return fail(r, xstrdup("no privilege to send the probe: CAP_NET_RAW and CAP_NET_ADMIN in "
				       "the source's namespace are needed; --no-probe judges without "
				       "packets"));
	if (err < 0)
		return fail(r, xasprintf("the probe could not be sent: %s", strerror(-err)));
	return 0;
}

/* --- which size passes? --- */

/* Sends one packet of this size, the way of a probe; another where that got lost. */
static bool passes(struct round *r, const struct probe *like, uint32_t size)
{
	struct probe step = probe_again(like);

	step.size = size;
	step.step = true;
	plan_probe(r, &step, NULL);
	r->plan.from = r->plan.probes.n - 1;
	return probe_run(&r->plan, r->run->observer, &r->obs) == 0 &&
	       r->plan.probes.v[r->plan.from].answered;
}

/* Between a size that passes and one that does not. */
struct gap {
	uint32_t passes, fails;
};

static void try_size(struct round *r, const struct probe *like, struct gap *g, uint32_t size)
{
	if (size <= g->passes || size >= g->fails || (r->plan.stop && *r->plan.stop))
		return;
	if (passes(r, like, size))
		g->passes = size;
	else
		g->fails = size;
}

/* What an interface on the way, or a "too big", says: most likely it is true. */
static void try_known(struct round *r, const struct probe *like, struct gap *g, const struct path *path)
{
	uint32_t mtu = g->fails;

	vec_each(leg, &path->legs) {
		const struct link *l = leg->oif ? ns_link(snapshot_ns(r->s, leg->ns), leg->oif) : NULL;

		if (l && l->mtu > g->passes && l->mtu < mtu)
			mtu = l->mtu;
	}
	vec_each(s, &r->obs.sightings)
		if (s->kind == SIGHT_ERROR && s->error_mtu > g->passes && s->error_mtu < mtu)
			mtu = s->error_mtu;
	if (mtu == g->fails)
		return;
	try_size(r, like, g, mtu);
	try_size(r, like, g, mtu + 1);
}

/* Does a small packet pass the same way? From outside none may have asked yet: then one does. */
static bool try_small(struct round *r, const struct probe *full)
{
	if (probe_small_answered(r->plan.probes.v, r->plan.probes.n, full))
		return true;
	return r->inject && r->plan.probes.v[0].answered &&
	       passes(r, full, small_size(PROTO_ICMP, 0, full->dst.family));
}

/* A veth says at once that its other end takes no such size. */
static bool is_refused(const struct probe *p)
{
	return p->outcome == PROBE_NOT_SENT && p->attempts.v[p->attempts.n - 1].error == ENOBUFS;
}

/* Where a full-size packet vanished and a small one did not: the largest one that passes. */
static void find_size(struct round *r, size_t full)
{
	const struct probe like = r->plan.probes.v[full];
	struct gap g = { .passes = SMALL_PROBE, .fails = like.size };

	if ((like.outcome != PROBE_LOST && !is_refused(&like)) || !try_small(r, &like))
		return;
	/* a size that is refused is known: that a small one passes was all that was missing */
	if (like.outcome != PROBE_LOST)
		return;
	progress_say(r->run->progress, "looking for the largest packet that passes");
	try_known(r, &like, &g, r->paths.v[full]);
	for (int i = 0; i < MAX_STEPS && g.fails - g.passes > 1; i++)
		try_size(r, &like, &g, (g.passes + g.fails) / 2);
}

/* --- do more packets of a flow pass than its first one? --- */

static bool leg_drops(const struct leg *leg)
{
	for (size_t i = 0; i < leg->n_crossings; i++)
		if (leg->crossings[i].res.verdict == FW_DROP)
			return true;
	return false;
}

/* Does the model have a rule drop it, or its answer? */
static bool drops(const struct path *path)
{
	vec_each(leg, &path->legs)
		if (leg_drops(leg))
			return true;
	return false;
}

/* A small packet that was answered, and its port or the id of its flow; NULL: none. */
static const struct probe *answered(const struct round *r, enum proto proto, uint16_t *ret_id)
{
	vec_each(p, &r->plan.probes) {
		if (p->proto != proto || p->control || p->full || p->outside)
			continue;
		vec_each(a, &p->attempts) {
			if (a->outcome != PROBE_ANSWERED || !a->sport)
				continue;
			*ret_id = a->sport;
			return p;
		}
	}
	return NULL;
}

/* Plans what comes after such a packet, where the model has a rule stop that. */
static bool plan_next(struct round *r, const struct probe *like, uint16_t id)
{
	struct probe next = probe_again(like);

	next.question = false;
	next.follows = id;
	if (next.proto == PROTO_TCP)
		next.size -= SYN_ONLY;
	return plan_probe(r, &next, drops);
}

/* Without packets: what comes after those that pass by the model. */
static void foresee(struct round *r)
{
	size_t n = r->plan.probes.n;

	for (size_t i = 0; i < n; i++) {
		const struct probe *p = &r->plan.probes.v[i];

		if (p->proto != PROTO_UDP && !p->control && !p->full && !p->outside && !drops(r->paths.v[i]))
			plan_next(r, p, 1);
	}
}

/* Rules that let a flow begin may let nothing follow. Only where the model has it so is it worth a packet. */
static void follow_up(struct round *r, enum proto proto)
{
	uint16_t id;
	const struct probe *like = answered(r, proto, &id);

	if (!like || !plan_next(r, like, id))
		return;
	r->plan.from = r->plan.probes.n - 1;
	(void)probe_run(&r->plan, r->run->observer, &r->obs);
}

/* What the answers give reason to ask. */
static void look_further(struct round *r)
{
	struct probe_plan before = r->plan;
	size_t n = r->plan.probes.n;

	r->plan.max_attempts = 2;
	r->plan.all_attempts = false;
	r->plan.pace_us = STEP_PACE_US;
	r->plan.timeout_us = before.timeout_us < STEP_TIMEOUT_US ? before.timeout_us : STEP_TIMEOUT_US;
	for (size_t i = 0; i < n; i++)
		if (r->plan.probes.v[i].full)
			find_size(r, i);
	follow_up(r, PROTO_ICMP);
	follow_up(r, PROTO_TCP);
	r->plan.max_attempts = before.max_attempts;
	r->plan.all_attempts = before.all_attempts;
	r->plan.pace_us = before.pace_us;
	r->plan.timeout_us = before.timeout_us;
	r->plan.from = 0;
}

static int send_probes(struct round *r)
{
	int err;

	round_pace(r, &r->plan);
	r->plan.ns_fds = r->fds.v;
	r->plan.settle = settle;
	r->plan.ctx = r;
	r->plan.stop = r->run->stop;
	r->plan.while_waiting = r->run->while_waiting;
	make_room(r);
	progress_say(r->run->progress, "waiting for answers from %s", addr_text(&r->dst).s);
	err = round_sent(r, probe_run(&r->plan, r->run->observer, &r->obs));
	if (!err) {
		ask_again(r);
		look_further(r);
	}
	return err;
}

/* --- did the world stand still? --- */

static bool vanished(const struct target *t)
{
	struct stat st;

	if (!is_namespace(t) || !t->path)
		return false;
	return stat(t->path, &st) < 0 || st.st_ino != t->inode;
}

static bool changed(struct round *r)
{
	_cleanup_(snapshot_freep) struct snapshot *again = snapshot_new();

	vec_each(ns, &r->s->ns) {
		int at = snapshot_add(again, ns->name, ns->inode);

		again->ns.v[at].named = ns->named;
	}
	if (r->stale || collect_all(again, r->fds.v) < 0)
		return true;
	for (size_t i = 0; i < again->ns.n; i++)
		if (collect_nft_likewise(again, (int)i, r->fds.v[i], &r->s->ns.v[i]) < 0)
			return true;
	return !snapshot_same(r->s, again);
}

/* --- a round --- */

static int open_bystander(const struct snapshot *others, const struct place *p)
{
	return others->ns.n < MAX_BYSTANDERS ? place_open(p) : -E2BIG;
}

/* Of what only processes are in, the addresses alone: that somebody has them is all that is asked. */
static int read_unnamed(struct snapshot *others, const struct place *p)
{
	_cleanup_(closep) int fd = open_bystander(others, p);

	return fd < 0 ? fd : collect_addrs(others, snapshot_add(others, p->names.v[0], p->inode), fd);
}

struct snapshot *round_read_others(const struct snapshot *but)
{
	struct snapshot *others = snapshot_new();
	VEC(int) fds = { 0 };
	inventory list = { 0 };
	bool every = false;
	int unread = inventory_read_every(&list, &every), r;

	if (unread == 0 && !every)
		unread = -EACCES;
	vec_each(e, &list) {
		int fd;

		if (e->comm || (but && snapshot_find(but, e->inode) >= 0))
			continue;
		fd = open_bystander(others, e);
		if (fd < 0) {
			unread = fd;
			continue;
		}
		snapshot_add(others, e->names.v[0], e->inode);
		vec_push(&fds, fd);
	}
	r = collect_all(others, fds.v);
	if (r < 0) {
		unread = r;
		while (others->ns.n)
			snapshot_drop(others);
	}
	vec_each(fd, &fds)
		close(*fd);
	vec_free(&fds);
	vec_each(e, &list) {
		r = e->comm && (!but || snapshot_find(but, e->inode) < 0) ? read_unnamed(others, e) : 0;
		if (r < 0)
			unread = r;
	}
	inventory_free(&list);
	if (unread < 0) {
		int rest = snapshot_add(others, "unread", 0);

		others->ns.v[rest].error[COLLECT_ADDR] = unread;
	}
	return others;
}

struct routing {
	const struct ns *host;
	struct addr src;
	bool both_ways;
};

static bool is_of_host(const struct ns *host, const struct addr *a)
{
	vec_each(own, &host->addrs)
		if (prefix_has(&own->prefix, a))
			return true;
	return false;
}

/* A flow of the source's network with the outside, untranslated and answered. */
static void note_flow(const struct tracked_flow *flow, void *arg)
{
	struct routing *r = arg;

	if (!flow->answered || flow->translated || is_of_host(r->host, &flow->dst))
		return;
	vec_each(own, &r->host->addrs)
		if (prefix_has(&own->prefix, &flow->src) && prefix_has(&own->prefix, &r->src) &&
		    !ns_is_local(r->host, &flow->src))
			r->both_ways = true;
}

static bool routed_both_ways(const struct round *r)
{
	struct routing routing = { .host = snapshot_ns(r->s, NS_HOST), .src = r->paths.v[0]->flow.src };

	if (addr_is_set(&routing.src))
		collect_flows(r->self_fd, routing.src.family, note_flow, &routing);
	return routing.both_ways;
}

/* Asks once what a rule has counted since it was read. */
static void count_rule(struct round *r, int ns, const struct nft_chain *chain, uint64_t handle)
{
	struct rule_count now = { .ns = ns, .family = chain->family, .table = chain->table,
				  .chain = chain->name, .handle = handle };
	uint64_t packets = 0, before;

	vec_each(c, &r->obs.counts)
		if (c->ns == ns && c->family == chain->family && c->handle == handle &&
		    streq(c->chain, chain->name) && streq(c->table, chain->table))
			return;
	now.error = collect_legacy_count(r->fds.v[ns], chain, handle, &packets);
	before = handle ? chain->rules.v[handle - 1].packets : chain->packets;
	/* somebody has set it to zero meanwhile */
	if (now.error == 0 && packets < before)
		now.error = -ESTALE;
	if (now.error == 0)
		now.packets = packets - before;
	vec_push(&r->obs.counts, now);
}

/* No trace shows rules of legacy iptables: the counters of those that the model says decide. */
static void count_rules(struct round *r)
{
	vec_each(path, &r->paths)
		vec_each(leg, &(*path)->legs)
			for (size_t i = 0; i < leg->n_crossings; i++) {
				const struct crossing *c = &leg->crossings[i];

				if (c->res.verdict != FW_ACCEPT && c->res.chain && c->res.chain->legacy)
					count_rule(r, c->at.ns, c->res.chain, c->res.handle);
				if (c->res.legacy_chain)
					count_rule(r, c->at.ns, c->res.legacy_chain,
						   c->res.legacy_handle);
			}
}

/* What traffic control dropped meanwhile. */
static void count_queues(struct round *r)
{
	for (size_t i = 0; i < r->s->ns.n; i++)
		if (r->s->ns.v[i].queues.n)
			collect_queue_drops(r->s, (int)i, r->fds.v[i], &r->obs);
}

/* Nothing of this host explains it: the packet was seen to leave with a source of the host's own. */
static bool is_lost_beyond(const struct round *r, size_t probe)
{
	const struct path *path = r->paths.v[probe];
	struct evidence e;
	bool beyond;

	correlate_probe(path, &r->plan.probes.v[probe], probe, &r->obs, &e);
	beyond = e.loss == LOSS_OUTSIDE && e.uplink_sighting >= 0 && path->snat && !path->snat_unknown &&
		 ns_is_local(snapshot_ns(r->s, NS_HOST), &r->obs.sightings.v[e.uplink_sighting].pkt.src);
	evidence_done(&e);
	return beyond;
}

/* Does the loss of a further probe say no more than that somebody outside does not answer everything? */
static bool is_bearable(const struct round *r, size_t probe)
{
	const struct probe *p = &r->plan.probes.v[probe];

	return probe > 0 && r->plan.probes.v[0].outcome == PROBE_ANSWERED && is_question_theirs(r) &&
	       !probe_small_answered(r->plan.probes.v, r->plan.probes.n, p) && is_lost_beyond(r, probe);
}

static bool is_lost(const struct probe *p)
{
	return !p->control && p->outcome != PROBE_ANSWERED;
}

bool round_lost(const struct round *r)
{
	vec_each(p, &r->plan.probes)
		if (is_lost(p))
			return true;
	return false;
}

bool round_lost_here(const struct round *r)
{
	for (size_t i = 0; i < r->plan.probes.n; i++)
		if (is_lost(&r->plan.probes.v[i]) && !is_bearable(r, i))
			return true;
	return false;
}

static void judge_name(struct round *r)
{
	struct name_question q = name_question(r);

	if (r->run->destination.kind == TARGET_NAME)
		nameserver_judge(&q, r->d);
}

/* Is it judged by the configuration alone? */
static bool is_mute(const struct round *r)
{
	return !round_asks(r) || r->no_entry;
}

/* A translation that may have had no port left, and where. */
struct scarce {
	int ns;
	struct port_range range;
};

typedef VEC(struct scarce) scarce_list;

static bool has_scarce(const scarce_list *list, int ns, const struct port_range *range)
{
	vec_each(s, list)
		if (s->ns == ns && s->range.proto == range->proto && s->range.dport == range->dport &&
		    s->range.min == range->min && s->range.max == range->max &&
		    addr_eq(&s->range.dst, &range->dst) && addr_eq(&s->range.nat, &range->nat))
			return true;
	return false;
}

/* Where the request of a lost probe could have been translated, and did not leave. */
static void find_scarce(const struct round *r, size_t probe, scarce_list *ret)
{
	const struct path *path = r->paths.v[probe];
	const struct probe *p = &r->plan.probes.v[probe];

	if (p->control || p->outcome == PROBE_ANSWERED)
		return;
	for (size_t l = 0; l < path->request_legs && !leg_drops(&path->legs.v[l]); l++) {
		const struct leg *leg = &path->legs.v[l];
		const struct table_use *use = &r->s->ns.v[leg->ns].connections_use;
		struct port_pool pool;

		if (leg->point < 0 || !leg_port_pool(leg, &pool) ||
		    correlate_passed(&r->obs, probe, &path->points.v[leg->point]))
			continue;
		/* fewer connections than ports, where it is known how many there are */
		if (use->limit && use->used <= (size_t)(pool.range.max - pool.range.min))
			continue;
		if (!has_scarce(ret, leg->ns, &pool.range))
			vec_push(ret, ((struct scarce){ .ns = leg->ns, .range = pool.range }));
	}
}

/* Who has the ports that the source of a lost packet could be translated to, where it did not leave. */
static void read_port_users(struct round *r)
{
	scarce_list scarce = { 0 };

	for (size_t i = 0; i < r->paths.n; i++)
		find_scarce(r, i, &scarce);
	vec_each(s, &scarce)
		collect_translated(r->s, s->ns, r->fds.v[s->ns], &s->range);
	vec_free(&scarce);
}

/* What else the kernel knows that a judgement may need. */
static void gather(struct round *r)
{
	bool lost = !is_mute(r) && round_lost_here(r);

	if (lost && !r->others)
		r->others = r->own_others = round_read_others(r->s);
	if (lost) {
		count_rules(r);
		count_queues(r);
	}
	vec_each(ns, &r->s->ns)
		if (ns->flows.n)
			ns_forget(ns, COLLECT_FLOW);
	/* a flow of before may fail where a new one works */
	if (!is_mute(r) && r->plan.probes.v[0].proto == PROTO_UDP && r->plan.probes.v[0].answered &&
	    (r->paths.v[0]->outside || is_translated(r->paths.v[0])))
		collect_old_flows(r->s, NS_HOST, r->fds.v[NS_HOST]);
	if (!lost && !is_mute(r))
		return;
	collect_details(r->s, r->fds.v);
	if (lost)
		read_port_users(r);
	r->routed_both_ways = routed_both_ways(r);
}

void round_judge(struct round *r)
{
	bool mute = is_mute(r);
	struct inquiry in = { .s = r->s,
			      .others = !mute && round_lost_here(r) ? r->others : NULL,
			      .obs = &r->obs,
			      .probes = r->plan.probes.v,
			      .n = r->plan.probes.n,
			      .port_asked = r->run->destination.port != 0 || r->name_error,
			      .no_probe = mute,
			      .all_attempts = r->plan.all_attempts,
			      .routed_both_ways = r->routed_both_ways,
			      .lost_again = r->lost_again };

	in.asked = xcalloc(in.n, sizeof(*in.asked));
	for (size_t i = 0; i < in.n; i++) {
		follow_packets(r, i);
		in.asked[i].path = r->paths.v[i];
		correlate_probe(r->paths.v[i], &in.probes[i], i, &r->obs, &in.asked[i].ev);
	}
	r->d->source.address = r->paths.v[0]->flow.src;
	r->d->no_probe = mute;
	diagnose(&in, r->d);
	while (fill(r)) {
		diagnosis_forget(r->d);
		diagnose(&in, r->d);
	}
	judge_name(r);
	stale_judge(&r->s->ns.v[NS_HOST], r->paths.v[0], &in.asked[0].ev, &r->obs, r->d);
	if (r->entrance.target_port && r->paths.v[0]->deliver_leg >= 0 &&
	    r->paths.v[0]->legs.v[r->paths.v[0]->deliver_leg].ns == NS_HOST &&
	    r->d->verdict == VERDICT_REACHABLE) {
		struct unchecked *u = vec_add(&r->d->unchecked);

		u->what = xasprintf("whether port %u leads to %s", r->entrance.port,
				    snapshot_ns(r->s, r->entrance.target_ns)->name);
		u->why = xstrdup("a program of the host itself answers there, perhaps as a proxy");
	}
	if (r->no_entry) {
		struct unchecked *u = vec_add(&r->d->unchecked);

		u->what = xstrdup("packets from outside");
		u->why = xstrdup(r->no_entry);
	}
	if (!addr_is_set(&r->dst) && r->d->findings.n)
		r->d->findings.v[0].confidence = CONFIRMED;
	for (size_t i = 0; i < in.n; i++)
		evidence_done(&in.asked[i].ev);
	free(in.asked);
}

/*
 * Carriers and bridge ports take up to a second to follow a change, and what
 * nothing explains may have been a hiccup: look again before it is said.
 */
static bool is_hasty(const struct run *run, const struct diagnosis *d)
{
	static const char *const codes[] = { "link-no-carrier", "bridge-port-blocked", "packet-loss" };
	const struct finding *f = diagnosis_cause(d);

	if (!f)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (streq(f->code, codes[i]))
			return true;
	if (f->passing)
		return true;
	return run->just_changed && streq(f->code, "neighbour-failed");
}

/* Longer chains take the library too long; our own words stay. */
#define LISTED_MAX 500

static bool is_listed_soon(const struct round *r, const struct finding *f)
{
	const struct ns *ns = snapshot_ns(r->s, f->ns);

	vec_each(c, &ns->chains)
		if (streq(c->name, f->rule.chain) && streq(c->table, f->rule.table) &&
		    c->rules.n > LISTED_MAX)
			return false;
	return true;
}

/* Native rules in the words that nft itself has for them. */
static void name_rules(struct round *r)
{
	vec_each(f, &r->d->findings) {
		char *text = f->has_rule && f->rule.table && is_listed_soon(r, f) ?
				     fw_text(r->fds.v[f->ns], &f->rule) : NULL;

		if (text)
			finding_set_rule_text(f, text);
	}
}

static int changing(struct round *r, bool last)
{
	if (!last)
		return -EAGAIN;
	diagnosis_forget(r->d);
	return fail(r, xstrdup("the configuration kept changing while it was looked at"));
}

/*
 * What is not there because it could not be read is missed by the model as if nobody
 * had configured it. Packets that were answered need no model; where none were sent,
 * "reachable" is the model's word.
 */
static int check_gap(struct round *r, bool last)
{
	int ns, err = snapshot_gap(r->s, &ns);

	if (err == 0 || (r->d->verdict == VERDICT_REACHABLE && !is_mute(r)))
		return 0;
	if (err == -EINTR || !last)
		return changing(r, last);
	diagnosis_forget(r->d);
	return fail(r, xasprintf("cannot read the configuration of %s: %s", snapshot_ns(r->s, ns)->name,
				 strerror(-err)));
}

static void remark_change(struct diagnosis *d, const char *change)
{
	vec_push(&d->remarks, ((struct unchecked){
		.what = xasprintf("whether \"%s\" does what the model makes of it", change),
		.why = xstrdup("this is what the configuration would lead to with that change, which nobody made"),
	}));
}

/* As it was planned. */
static void unsend(struct probe *p, const struct flow *flow)
{
	vec_free(&p->attempts);
	*p = probe_again(p);
	p->size = flow->size;
}

int round_pretend(struct round *r, const struct options *o)
{
	char *error = NULL;

	for (size_t i = 0; i < o->n_what_ifs; i++) {
		if (whatif_do(r->s, o->what_ifs[i], &error) < 0)
			return fail(r, error);
		remark_change(r->d, o->what_ifs[i]);
	}
	/* steps of a search for a size, and what followed an answer, came of what was seen */
	while (r->plan.probes.v[r->plan.probes.n - 1].step || r->plan.probes.v[r->plan.probes.n - 1].follows) {
		vec_free(&r->plan.probes.v[--r->plan.probes.n].attempts);
		path_free(r->paths.v[--r->paths.n]);
	}
	for (size_t i = 0; i < r->plan.probes.n; i++) {
		struct flow flow = r->paths.v[i]->flow;

		flow.reply_iif = flow.request_port = 0;
		path_free(r->paths.v[i]);
		r->paths.v[i] = round_predict(r, &flow);
		unsend(&r->plan.probes.v[i], &flow);
	}
	observations_free(&r->obs);
	r->obs = (struct observations){ 0 };
	foresee(r);
	return 0;
}

/* What no packet is sent for. A change can be of rules that nobody needed so far. */
static int pretend(struct round *r)
{
	const struct options *o = r->run->options;

	if (!o->n_what_ifs && o->no_probe && addr_is_set(&r->dst))
		foresee(r);
	if (!o->n_what_ifs)
		return 0;
	r->stale = r->stale || collect_rulesets(r->s, r->fds.v) < 0;
	return r->stale ? 0 : round_pretend(r, o);
}

int round_prepare(struct round *r, bool last)
{
	uint64_t t = now_us();
	int err, gap, ns;

	if (vanished(&r->run->source))
		return fail(r, xasprintf("the namespace %s has vanished", r->run->source.text));
	progress_say(r->run->progress, "reading the configuration");
	err = open_namespaces(r);
	if (!err)
		err = find_destination(r);
	/* it may be there the next time, unless nobody lets us look */
	gap = snapshot_gap(r->s, &ns);
	if (!last && gap < 0 && gap != -EPERM && gap != -EACCES)
		return -EAGAIN;
	if (err)
		return err;
	round_describe(r);
	round_marks(&r->plan.marks);
	plan_probes(r);
	err = pretend(r);
	if (err)
		return err;
	if (r->stale)
		return changing(r, last);
	r->d->collect_ms = ms_since(t);
	return 0;
}

bool round_asks(const struct round *r)
{
	return !r->run->options->no_probe && addr_is_set(&r->dst);
}

int round_conclude(struct round *r, bool last)
{
	int err;

	gather(r);
	round_judge(r);
	/* what is looked at once more is asked then */
	if (!r->stale && (last || !is_hasty(r->run, r->d)) && listen_to_kernel(r)) {
		diagnosis_forget(r->d);
		round_judge(r);
	}
	if (r->stale)
		return changing(r, last);
	err = check_gap(r, last);
	if (err)
		return err;
	name_rules(r);
	if (r->d->verdict == VERDICT_REACHABLE || r->run->options->no_probe || r->no_entry)
		return 0;
	if (vanished(&r->run->source) || vanished(&r->run->destination))
		return fail(r, xasprintf("the namespace %s vanished meanwhile",
					 vanished(&r->run->source) ? r->run->source.text :
								     r->run->destination.text));
	progress_say(r->run->progress, "looking whether anything has changed meanwhile");
	if (changed(r))
		return changing(r, last);
	if (r->obs.dropped || r->obs.trace_overrun)
		return last ? fail(r, xstrdup("the captures lost packets, so nothing certain can be said")) :
			      -EAGAIN;
	return !last && is_hasty(r->run, r->d) ? -EAGAIN : 0;
}

/* Looks at one question once. Returns 0, or -EAGAIN where it has to be looked at again, or -errno. */
static int look(struct round *r, bool last)
{
	uint64_t t;
	int err = round_prepare(r, last);

	if (err) {
		run_close(r->run);
		return err;
	}
	t = now_us();
	if (round_asks(r) && (!r->entrance.uplink || round_open_entrance(r, &r->plan, &r->no_entry))) {
		open_observer(r);
		err = send_probes(r);
		round_close_entrance(r, &r->plan);
		observe_stop(r->run->observer);
		if (err)
			return err;
	} else {
		/* what was begun before that was known */
		run_close(r->run);
	}
	r->d->probe_ms = ms_since(t);
	err = round_conclude(r, last);
	if (err == -EAGAIN && is_hasty(r->run, r->d)) {
		progress_say(r->run->progress, "looking again in a second: %s",
			     r->d->findings.v[0].code);
		nap(1000000);
	}
	return err;
}

void round_done(struct round *r, bool keep)
{
	if (keep) {
		/* the report speaks of them */
		r->d->snapshot = r->s;
		vec_each(p, &r->plan.probes)
			vec_push(&r->d->probes, *p);
		r->plan.probes.n = 0;
		r->d->seen = r->obs;
		r->obs = (struct observations){ 0 };
	} else {
		snapshot_free(r->s);
	}
	for (size_t i = 1; i < r->fds.n; i++)
		if (r->fds.v[i] != r->run->source.fd && r->fds.v[i] != r->run->destination.fd)
			close(r->fds.v[i]);
	if (r->self_fd >= 0)
		close(r->self_fd);
	vec_each(p, &r->paths)
		path_free(*p);
	vec_free(&r->paths);
	vec_free(&r->fds);
	observations_free(&r->obs);
	probe_plan_done(&r->plan);
	snapshot_free(r->own_others);
	free(r->no_entry);
}

void round_begin(struct round *r, struct run *run, const struct snapshot *host)
{
	struct diagnosis *d = xcalloc(1, sizeof(*d));

	d->mark_hop = MARK_NONE;
	d->source.ns = d->destination.ns = -1;
	*r = (struct round){ .run = run, .d = d, .self_fd = -1, .dst_ns = -1, .host = host };
	r->s = host ? snapshot_branch(host) : snapshot_new();
}

struct diagnosis *round_finish(struct round *r)
{
	struct diagnosis *d = r->d;

	if (!d->source.kind) {
		describe(&d->source, &r->run->source, -1);
		describe(&d->destination, &r->run->destination, -1);
	}
	remark(d, &r->run->source);
	remark_client(d, r->run->options);
	remark(d, &r->run->destination);
	if (d->error && !d->summary)
		d->summary = xstrdup(d->error);
	return d;
}

struct diagnosis *run_refused(const struct run *r, char *error)
{
	struct diagnosis *d = xcalloc(1, sizeof(*d));

	d->verdict = VERDICT_UNKNOWN;
	d->error = error;
	d->summary = xstrdup(error);
	d->mark_hop = MARK_NONE;
	describe(&d->source, &r->source, -1);
	describe(&d->destination, &r->destination, -1);
	d->destination.address = r->destination.addr;
	d->destination.port = r->destination.port;
	return d;
}

/*
 * For the file that was asked for. All rules, not only those that were needed: others may be in a changed world, or
 * another day. Where they cannot be read any more, what was needed is there.
 */
static void save(struct round *r)
{
	progress_say(r->run->progress, "reading the rest of the rules, to be saved");
	(void)collect_rulesets(r->s, r->fds.v);
	r->d->save_error = save_round(r, &r->d->saved);
}

struct diagnosis *run_diagnosis(struct run *run)
{
	uint64_t t = now_us();
	struct diagnosis *d;
	struct round r;

	for (int i = 1;; i++) {
		int err;

		run_close(run);
		round_begin(&r, run, NULL);
		err = look(&r, i == ROUNDS);
		r.d->total_ms = ms_since(t);
		if (err == 0 && run->options->save)
			save(&r);
		round_done(&r, err != -EAGAIN);
		if (err != -EAGAIN)
			break;
		diagnosis_free(r.d);
	}
	d = round_finish(&r);
	progress_stop(run->progress);
	return d;
}

int run_ns_open(const struct diagnosis *d, int ns)
{
	const char *path = snapshot_ns(d->snapshot, ns)->path;
	uint64_t dev, inode;
	int fd = path ? netns_open(path) : netns_open_self();

	if (fd >= 0 && (netns_id(fd, &dev, &inode) < 0 ||
			inode != snapshot_ns(d->snapshot, ns)->inode)) {
		close(fd);
		return -ESTALE;
	}
	return fd;
}

void run_close(struct run *r)
{
	observe_close(r->observer);
	r->observer = NULL;
}

int run_open(struct run *r, const char *source, const char *destination, char **ret_error)
{
	int err;

	r->source.fd = r->source.root = r->destination.fd = r->destination.root = -1;
	err = target_parse_source(source, &r->source, ret_error);
	if (!err && destination)
		err = target_parse_destination(destination, &r->destination, ret_error);
	else if (!err)
		r->destination.kind = TARGET_DEFAULT;
	if (err)
		return -EINVAL;
	err = target_open(&r->source, ret_error);
	if (!err && destination)
		err = target_open(&r->destination, ret_error);
	if (err)
		return err == -EINVAL ? -ENOENT : err;
	if (r->destination.kind == TARGET_NAME)
		target_read_files(&r->source);
	return 0;
}

void run_done(struct run *r)
{
	run_close(r);
	target_done(&r->source);
	target_done(&r->destination);
}
