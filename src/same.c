/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * same - do two snapshots describe the same configuration?
 *
 * Field by field: what traffic moves (neighbours, sockets, counters, carriers)
 * is left out, and structs have padding.
 */
#include <libnftnl/set.h>
#include <linux/if_addr.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>

#include "model.h"

/* Interned strings of two arenas, or NULL. */
static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && streq(a, b));
}

static bool same_devconf(const struct devconf *a, const struct devconf *b)
{
	return a->known == b->known && a->forwarding == b->forwarding &&
	       a->rp_filter == b->rp_filter && a->accept_local == b->accept_local &&
	       a->route_localnet == b->route_localnet && a->proxy_arp == b->proxy_arp &&
	       a->arp_ignore == b->arp_ignore && a->arp_announce == b->arp_announce &&
	       a->arp_filter == b->arp_filter && a->src_valid_mark == b->src_valid_mark &&
	       a->medium_id == b->medium_id;
}

static bool same_devconf6(const struct devconf6 *a, const struct devconf6 *b)
{
	return a->known == b->known && a->forwarding == b->forwarding &&
	       a->force_forwarding == b->force_forwarding && a->disable_ipv6 == b->disable_ipv6 &&
	       a->accept_ra == b->accept_ra && a->proxy_ndp == b->proxy_ndp &&
	       a->use_tempaddr == b->use_tempaddr;
}

static bool same_brport(const struct brport *a, const struct brport *b)
{
	return a->is_port == b->is_port && a->isolated == b->isolated && a->locked == b->locked &&
	       a->learning == b->learning && a->flood == b->flood &&
	       a->mcast_flood == b->mcast_flood && a->bcast_flood == b->bcast_flood && a->hairpin == b->hairpin;
}

static bool same_link(const struct link *a, const struct link *b)
{
	const uint32_t flags = IFF_UP | IFF_NOARP;

	return a->ifindex == b->ifindex && streq(a->name, b->name) && streq(a->kind, b->kind) &&
	       (a->flags & flags) == (b->flags & flags) && a->type == b->type &&
	       a->mtu == b->mtu && a->mac_len == b->mac_len &&
	       memcmp(a->mac, b->mac, a->mac_len) == 0 && a->master == b->master &&
	       a->peer == b->peer && a->peer_nsid == b->peer_nsid && a->stp == b->stp &&
	       a->macvlan_mode == b->macvlan_mode && a->vlan_filtering == b->vlan_filtering && a->xdp == b->xdp &&
	       a->nf_call_iptables == b->nf_call_iptables && a->nf_call_ip6tables == b->nf_call_ip6tables &&
	       same_brport(&a->brport, &b->brport) && same_devconf(&a->inet, &b->inet) &&
	       same_devconf6(&a->inet6, &b->inet6) &&
	       /* the state of a port goes with its carrier, which does not count */
	       (a->brport.state == b->brport.state || a->carrier != b->carrier);
}

static bool same_links(const struct ns *a, const struct ns *b)
{
	if (a->links.n != b->links.n)
		return false;
	for (size_t i = 0; i < a->links.n; i++) {
		const struct link *l = &a->links.v[i], *other = &b->links.v[i];

		/* in whatever order: the kernel lists them by a hash of their index */
		if (other->ifindex != l->ifindex)
			other = ns_link(b, l->ifindex);
		if (!other || !same_link(l, other))
			return false;
	}
	return true;
}

static bool same_iface_addr(const struct iface_addr *a, const struct iface_addr *b)
{
	const uint32_t passing = IFA_F_TENTATIVE | IFA_F_OPTIMISTIC;

	return a->ifindex == b->ifindex && prefix_eq(&a->prefix, &b->prefix) &&
	       a->scope == b->scope && (a->flags & ~passing) == (b->flags & ~passing);
}

static bool same_addrs(const struct ns *a, const struct ns *b)
{
	if (a->addrs.n != b->addrs.n)
		return false;
	for (size_t i = 0; i < a->addrs.n; i++)
		if (!same_iface_addr(&a->addrs.v[i], &b->addrs.v[i]))
			return false;
	return true;
}

static bool same_nexthop(const struct nexthop *a, const struct nexthop *b)
{
	return a->oif == b->oif && addr_eq(&a->gateway, &b->gateway) &&
	       (a->flags & RTNH_F_ONLINK) == (b->flags & RTNH_F_ONLINK);
}

static bool same_route(const struct route *a, const struct route *b)
{
	return prefix_eq(&a->dst, &b->dst) && prefix_eq(&a->src, &b->src) && a->table == b->table &&
	       a->priority == b->priority && a->type == b->type && a->protocol == b->protocol &&
	       a->scope == b->scope && a->tos == b->tos && addr_eq(&a->prefsrc, &b->prefsrc) &&
	       same_nexthop(&a->nh, &b->nh) && a->nexthops == b->nexthops && a->mtu == b->mtu;
}

/* The next route that somebody configured, from *i on. Table local follows the addresses. */
static const struct route *next_route(const struct ns *ns, size_t *i)
{
	while (*i < ns->routes.n) {
		const struct route *r = &ns->routes.v[(*i)++];

		if (r->table != RT_TABLE_LOCAL)
			return r;
	}
	return NULL;
}

static bool same_routes(const struct ns *a, const struct ns *b)
{
	const struct route *ra, *rb;
	size_t i = 0, k = 0;

	do {
		ra = next_route(a, &i);
		rb = next_route(b, &k);
		if (!ra != !rb || (ra && !same_route(ra, rb)))
			return false;
	} while (ra);
	return true;
}

static bool same_rule_ranges(const struct fib_rule *a, const struct fib_rule *b)
{
	return a->sport_min == b->sport_min && a->sport_max == b->sport_max &&
	       a->dport_min == b->dport_min && a->dport_max == b->dport_max &&
	       a->has_uid == b->has_uid && a->uid_min == b->uid_min && a->uid_max == b->uid_max;
}

static bool same_rule(const struct fib_rule *a, const struct fib_rule *b)
{
	return a->family == b->family && a->action == b->action && a->tos == b->tos &&
	       a->invert == b->invert && a->priority == b->priority && a->table == b->table &&
	       a->mark == b->mark && a->mask == b->mask && a->target == b->target &&
	       prefix_eq(&a->src, &b->src) && prefix_eq(&a->dst, &b->dst) &&
	       streq(a->iif, b->iif) && streq(a->oif, b->oif) &&
	       a->suppress_prefixlen == b->suppress_prefixlen && a->ip_proto == b->ip_proto &&
	       a->l3mdev == b->l3mdev && same_rule_ranges(a, b);
}

static bool same_rules(const struct ns *a, const struct ns *b)
{
	if (a->rules.n != b->rules.n)
		return false;
	for (size_t i = 0; i < a->rules.n; i++)
		if (!same_rule(&a->rules.v[i], &b->rules.v[i]))
			return false;
	return true;
}

static bool same_tables(const struct ns *a, const struct ns *b)
{
	if (a->tables.n != b->tables.n)
		return false;
	for (size_t i = 0; i < a->tables.n; i++) {
		const struct nft_table *x = &a->tables.v[i], *y = &b->tables.v[i];

		if (x->family != y->family || x->flags != y->flags || !streq(x->name, y->name))
			return false;
	}
	return true;
}

/*
 * The kernel never gives a handle twice, and a rule that is replaced gets a new one; a
 * legacy rule has only a number, and is known by what it says.
 */
static bool same_chain(const struct nft_chain *a, const struct nft_chain *b)
{
	if (a->family != b->family || a->handle != b->handle || a->base != b->base ||
	    a->hook != b->hook || a->prio != b->prio || a->policy != b->policy ||
	    !streq(a->table, b->table) || !streq(a->name, b->name) ||
	    !same_text(a->type, b->type) || !same_text(a->devs, b->devs))
		return false;
	if (a->unread || b->unread)
		return true;
	if (a->rules.n != b->rules.n)
		return false;
	for (size_t i = 0; i < a->rules.n; i++)
		if (a->rules.v[i].handle != b->rules.v[i].handle ||
		    a->rules.v[i].print != b->rules.v[i].print)
			return false;
	return true;
}

static bool same_chains(const nft_chain_list *a, const nft_chain_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!same_chain(&a->v[i], &b->v[i]))
			return false;
	return true;
}

static bool same_elem_attr(struct nftnl_set_elem *a, struct nftnl_set_elem *b, uint16_t attr)
{
	uint32_t n = 0, m = 0;
	const void *p, *q;

	if (nftnl_set_elem_is_set(a, attr) != nftnl_set_elem_is_set(b, attr))
		return false;
	if (!nftnl_set_elem_is_set(a, attr))
		return true;
	p = nftnl_set_elem_get(a, attr, &n);
	q = nftnl_set_elem_get(b, attr, &m);
	return n == m && (n == 0 || memcmp(p, q, n) == 0);
}

static bool same_elem(struct nftnl_set_elem *a, struct nftnl_set_elem *b)
{
	static const uint16_t attrs[] = {
		NFTNL_SET_ELEM_FLAGS, NFTNL_SET_ELEM_KEY, NFTNL_SET_ELEM_KEY_END,
		NFTNL_SET_ELEM_DATA, NFTNL_SET_ELEM_VERDICT, NFTNL_SET_ELEM_CHAIN,
	};

	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++)
		if (!same_elem_attr(a, b, attrs[i]))
			return false;
	return true;
}

static void elems_iter_freep(struct nftnl_set_elems_iter **i)
{
	if (*i)
		nftnl_set_elems_iter_destroy(*i);
}

static bool same_elems(const struct nftnl_set *a, const struct nftnl_set *b)
{
	_cleanup_(elems_iter_freep) struct nftnl_set_elems_iter *i = nftnl_set_elems_iter_create(a);
	_cleanup_(elems_iter_freep) struct nftnl_set_elems_iter *k = nftnl_set_elems_iter_create(b);
	struct nftnl_set_elem *x, *y;

	do {
		x = nftnl_set_elems_iter_next(i);
		y = nftnl_set_elems_iter_next(k);
		if (!x != !y || (x && !same_elem(x, y)))
			return false;
	} while (x);
	return true;
}

static uint64_t set_handle(const struct nft_set *set)
{
	return nftnl_set_get_u64(set->ns, NFTNL_SET_HANDLE);
}

/* Those that both have. */
static bool same_answers(const struct nft_set *a, const struct nft_set *b)
{
	for (const struct nft_answer *x = a->answers; x; x = x->next) {
		const struct nft_answer *y = nft_set_answer(b, x->key, x->key_len);

		if (y && (!x->found != !y->found || (x->found && !same_elems(x->found, y->found))))
			return false;
	}
	return true;
}

static bool same_set(const struct nft_set *a, const struct nft_set *b)
{
	uint32_t flags = nftnl_set_get_u32(a->ns, NFTNL_SET_FLAGS);

	if (a->family != b->family || !streq(a->table, b->table) || !streq(a->name, b->name) ||
	    nftnl_set_get_u32(b->ns, NFTNL_SET_FLAGS) != flags || set_handle(a) != set_handle(b))
		return false;
	/* sets that rules themselves fill change with the traffic */
	if (flags & NFT_SET_EVAL)
		return true;
	if (a->unread || b->unread)
		return same_answers(a, b);
	return same_elems(a->ns, b->ns);
}

static bool same_sets(const struct ns *a, const struct ns *b)
{
	if (a->sets.n != b->sets.n)
		return false;
	for (size_t i = 0; i < a->sets.n; i++)
		if (!same_set(&a->sets.v[i], &b->sets.v[i]))
			return false;
	return true;
}

static bool same_legacy(const struct ns *a, const struct ns *b)
{
	if (a->legacy_tables.n != b->legacy_tables.n)
		return false;
	for (size_t i = 0; i < a->legacy_tables.n; i++) {
		const struct legacy_table *x = &a->legacy_tables.v[i], *y = &b->legacy_tables.v[i];

		if (x->family != y->family || x->read != y->read || !streq(x->name, y->name))
			return false;
	}
	return same_chains(&a->legacy, &b->legacy);
}

static bool same_readers(const struct ns *a, const struct ns *b)
{
	size_t n = a->queue_readers.n;

	return a->readers_known == b->readers_known && n == b->queue_readers.n &&
	       (!n || memcmp(a->queue_readers.v, b->queue_readers.v, n * sizeof(*a->queue_readers.v)) == 0);
}

static bool same_switches(const struct ns *a, const struct ns *b)
{
	return same_readers(a, b) && same_devconf(&a->all, &b->all) && same_devconf6(&a->all6, &b->all6) &&
	       a->bridge_nf_call_iptables == b->bridge_nf_call_iptables &&
	       a->bridge_nf_call_ip6tables == b->bridge_nf_call_ip6tables &&
	       a->icmp_echo_ignore_all == b->icmp_echo_ignore_all &&
	       a->icmp6_echo_ignore_all == b->icmp6_echo_ignore_all;
}

bool ns_same_nft(const struct ns *a, const struct ns *b)
{
	return same_tables(a, b) && same_chains(&a->chains, &b->chains) && same_sets(a, b);
}

/* The generation moves with every change, and may come with more or less of the ruleset read. */
static bool same_generation(const struct ns *a, const struct ns *b)
{
	return a->nft_generation && a->nft_generation == b->nft_generation;
}

static bool same_ns(const struct ns *a, const struct ns *b)
{
	return a->inode == b->inode && same_switches(a, b) && same_links(a, b) &&
	       same_addrs(a, b) && same_routes(a, b) && same_rules(a, b) &&
	       (same_generation(a, b) || ns_same_nft(a, b)) && same_legacy(a, b);
}

bool snapshot_same(const struct snapshot *a, const struct snapshot *b)
{
	if (a->ns.n != b->ns.n)
		return false;
	for (size_t i = 0; i < a->ns.n; i++)
		if (!same_ns(&a->ns.v[i], &b->ns.v[i]))
			return false;
	return true;
}
