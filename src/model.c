/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model.h"

#include <errno.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <stdio.h>

#include "nftcheck.h"

/*
 * What lives as long as the last copy of a snapshot: strings, rules and sets,
 * blocks of raw messages. Namespaces are collected by several threads at once,
 * hence the lock.
 */
struct arena {
	pthread_mutex_t lock;
	unsigned int users;
	VEC(char *) strings;
	VEC(size_t) table; /* open addressing, 2^n entries: index into strings + 1, 0: free */
	VEC(struct nftnl_rule *) rules;
	VEC(struct nftnl_set *) sets;
	VEC(void *) blocks;
	need_list needs;
	struct arena *parent; /* lives as long; NULL: none */
};

static struct arena *arena_new(void)
{
	struct arena *a = xcalloc(1, sizeof(*a));

	pthread_mutex_init(&a->lock, NULL);
	a->users = 1;
	return a;
}

static struct arena *arena_share(struct arena *a)
{
	pthread_mutex_lock(&a->lock);
	a->users++;
	pthread_mutex_unlock(&a->lock);
	return a;
}

static void arena_leave(struct arena *a)
{
	unsigned int users;

	pthread_mutex_lock(&a->lock);
	users = --a->users;
	pthread_mutex_unlock(&a->lock);
	if (users > 0)
		return;
	vec_each(s, &a->strings)
		free(*s);
	vec_each(r, &a->rules)
		nftnl_rule_free(*r);
	vec_each(s, &a->sets)
		nftnl_set_free(*s);
	vec_each(b, &a->blocks)
		free(*b);
	vec_free(&a->strings);
	vec_free(&a->table);
	vec_free(&a->rules);
	vec_free(&a->sets);
	vec_free(&a->blocks);
	vec_free(&a->needs);
	pthread_mutex_destroy(&a->lock);
	if (a->parent)
		arena_leave(a->parent);
	free(a);
}

/* FNV-1a */
static size_t string_hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ (h >> 32));
}

/* The place of a string in the table, or the free place where it belongs. */
static size_t *table_place(struct arena *a, const char *text)
{
	size_t mask = a->table.n - 1;
	size_t i = string_hash(text) & mask;

	while (a->table.v[i] && !streq(a->strings.v[a->table.v[i] - 1], text))
		i = (i + 1) & mask;
	return &a->table.v[i];
}

static void table_grow(struct arena *a)
{
	size_t n = a->table.n ? a->table.n * 2 : 64;

	vec_free(&a->table);
	a->table.v = xcalloc(n, sizeof(*a->table.v));
	a->table.n = a->table.cap = n;
	for (size_t i = 0; i < a->strings.n; i++)
		*table_place(a, a->strings.v[i]) = i + 1;
}

const char *snapshot_intern(struct snapshot *s, const char *text)
{
	struct arena *a = s->arena;
	const char *found;
	size_t *place;

	pthread_mutex_lock(&a->lock);
	if ((a->strings.n + 1) * 2 > a->table.n)
		table_grow(a);
	place = table_place(a, text);
	if (*place == 0) {
		vec_push(&a->strings, xstrdup(text));
		*place = a->strings.n;
	}
	found = a->strings.v[*place - 1];
	pthread_mutex_unlock(&a->lock);
	return found;
}

void snapshot_own_rule(struct snapshot *s, struct nftnl_rule *nr)
{
	pthread_mutex_lock(&s->arena->lock);
	vec_push(&s->arena->rules, nr);
	pthread_mutex_unlock(&s->arena->lock);
}

void snapshot_own_set(struct snapshot *s, struct nftnl_set *ns)
{
	pthread_mutex_lock(&s->arena->lock);
	vec_push(&s->arena->sets, ns);
	pthread_mutex_unlock(&s->arena->lock);
}

void snapshot_own_block(struct snapshot *s, void *block)
{
	pthread_mutex_lock(&s->arena->lock);
	vec_push(&s->arena->blocks, block);
	pthread_mutex_unlock(&s->arena->lock);
}

struct nftnl_rule *nft_rule_new(const struct nlmsghdr *msg)
{
	struct nftnl_rule *nr = nft_check(msg) == 0 ? nftnl_rule_alloc() : NULL;

	if (nr && nftnl_rule_nlmsg_parse(msg, nr) < 0) {
		nftnl_rule_free(nr);
		nr = NULL;
	}
	return nr;
}

const struct nftnl_rule *nft_rule_code(const struct snapshot *s, const struct nft_rule *rule)
{
	/* nobody sees the difference */
	struct snapshot *owner = (struct snapshot *)(uintptr_t)s;
	struct nft_rule *r = (struct nft_rule *)(uintptr_t)rule;
	struct nftnl_rule *nr;

	if (r->nr || !r->msg)
		return r->nr;
	/* what is unknown to this program or to libnftnl stays undecoded */
	nr = nft_rule_new(r->msg);
	r->msg = NULL;
	r->nr = nr;
	if (nr)
		snapshot_own_rule(owner, nr);
	return nr;
}

static bool same_need(const struct need *a, const struct need *b)
{
	return a->kind == b->kind && a->ns == b->ns && a->family == b->family &&
	       a->key_len == b->key_len && streq(a->table, b->table) && streq(a->name, b->name) &&
	       memcmp(a->key, b->key, a->key_len) == 0;
}

void snapshot_need(const struct snapshot *s, const struct need *need)
{
	struct arena *a = s->arena;
	bool known = false;

	pthread_mutex_lock(&a->lock);
	vec_each(other, &a->needs)
		known = known || same_need(other, need);
	if (!known)
		vec_push(&a->needs, *need);
	pthread_mutex_unlock(&a->lock);
}

size_t snapshot_take_needs(struct snapshot *s, need_list *ret)
{
	struct arena *a = s->arena;

	pthread_mutex_lock(&a->lock);
	*ret = a->needs;
	a->needs = (need_list){ 0 };
	pthread_mutex_unlock(&a->lock);
	return ret->n;
}

struct snapshot *snapshot_new(void)
{
	struct snapshot *s = xcalloc(1, sizeof(*s));

	s->arena = arena_new();
	return s;
}

int snapshot_add(struct snapshot *s, const char *name, uint64_t inode)
{
	struct ns *ns = vec_add(&s->ns);

	ns->name = snapshot_intern(s, name);
	ns->inode = inode;
	ns->bridge_nf_call_iptables = ns->bridge_nf_call_ip6tables = -1;
	return (int)(s->ns.n - 1);
}

static void chains_copy(nft_chain_list *dst, const nft_chain_list *src)
{
	vec_copy(dst, src);
	for (size_t i = 0; i < src->n; i++)
		vec_copy(&dst->v[i].rules, &src->v[i].rules);
}

static void ns_copy(struct ns *dst, const struct ns *src)
{
	*dst = *src;
	vec_copy(&dst->links, &src->links);
	vec_copy(&dst->addrs, &src->addrs);
	vec_copy(&dst->routes, &src->routes);
	vec_copy(&dst->rules, &src->rules);
	vec_copy(&dst->neighs, &src->neighs);
	vec_copy(&dst->listeners, &src->listeners);
	vec_copy(&dst->queue_readers, &src->queue_readers);
	vec_copy(&dst->queues, &src->queues);
	vec_copy(&dst->filters, &src->filters);
	vec_copy(&dst->policies, &src->policies);
	vec_copy(&dst->flows, &src->flows);
	vec_copy(&dst->fdb, &src->fdb);
	vec_copy(&dst->vlans, &src->vlans);
	vec_copy(&dst->tables, &src->tables);
	chains_copy(&dst->chains, &src->chains);
	/* chains that are needed later find the same room */
	if (src->more_chains)
		vec_reserve(&dst->chains, src->chains.cap);
	chains_copy(&dst->legacy, &src->legacy);
	vec_copy(&dst->sets, &src->sets);
	vec_copy(&dst->ipsets, &src->ipsets);
	vec_copy(&dst->ipset_names, &src->ipset_names);
	vec_copy(&dst->legacy_ipset_names, &src->legacy_ipset_names);
	vec_copy(&dst->nsids, &src->nsids);
	vec_copy(&dst->legacy_tables, &src->legacy_tables);
	vec_copy(&dst->raw, &src->raw);
}

static void chains_free(nft_chain_list *chains)
{
	vec_each(c, chains)
		vec_free(&c->rules);
	vec_free(chains);
}

/* New indexes of the raw messages when those of one kind go; SIZE_MAX: gone. And one more. */
static size_t *raw_moves(const struct ns *ns, enum collect_kind kind)
{
	size_t *moves = xcalloc(ns->raw.n + 1, sizeof(*moves));
	size_t kept = 0;

	for (size_t i = 0; i < ns->raw.n; i++)
		moves[i] = ns->raw.v[i].kind == kind ? SIZE_MAX : kept++;
	moves[ns->raw.n] = SIZE_MAX;
	return moves;
}

static void raw_forget(struct ns *ns, enum collect_kind kind)
{
	_cleanup_(freep) size_t *moves = raw_moves(ns, kind);
	size_t n = ns->raw.n, kept = 0;

	vec_each(r, &ns->routes)
		r->raw = moves[r->raw < n ? r->raw : n];
	vec_each(r, &ns->rules)
		r->raw = moves[r->raw < n ? r->raw : n];
	vec_each(e, &ns->neighs)
		e->raw = moves[e->raw < n ? e->raw : n];
	vec_each(e, &ns->fdb)
		e->raw = moves[e->raw < n ? e->raw : n];
	for (size_t i = 0; i < n; i++)
		if (moves[i] != SIZE_MAX)
			ns->raw.v[kept++] = ns->raw.v[i];
	ns->raw.n = kept;
}

static void nft_forget(struct ns *ns)
{
	vec_free(&ns->tables);
	chains_free(&ns->chains);
	vec_free(&ns->sets);
	vec_free(&ns->ipsets);
	vec_free(&ns->ipset_names);
	ns->nft_generation = 0;
	ns->more_chains = false;
}

static void sysctl_forget(struct ns *ns)
{
	ns->all = (struct devconf){ 0 };
	ns->bridge_nf_call_iptables = ns->bridge_nf_call_ip6tables = -1;
	ns->all6 = (struct devconf6){ 0 };
	ns->icmp_echo_ignore_all = ns->icmp6_echo_ignore_all = 0;
	ns->checksums = (struct bad_checksums){ 0 };
	ns->readers_known = false;
	vec_free(&ns->queue_readers);
}

static void kind_forget(struct ns *ns, enum collect_kind kind)
{
	switch (kind) {
	case COLLECT_LINK:
		vec_free(&ns->links);
		return;
	case COLLECT_ADDR:
		vec_free(&ns->addrs);
		return;
	case COLLECT_ROUTE:
		vec_free(&ns->routes);
		return;
	case COLLECT_RULE:
		vec_free(&ns->rules);
		return;
	case COLLECT_NEIGH:
		vec_free(&ns->neighs);
		return;
	case COLLECT_NSID:
		vec_free(&ns->nsids);
		return;
	case COLLECT_SYSCTL:
		sysctl_forget(ns);
		return;
	case COLLECT_NFT:
		nft_forget(ns);
		return;
	case COLLECT_SOCK:
		vec_free(&ns->listeners);
		return;
	case COLLECT_LEGACY:
		vec_free(&ns->legacy_tables);
		chains_free(&ns->legacy);
		vec_free(&ns->legacy_ipset_names);
		return;
	case COLLECT_QUEUE:
		vec_free(&ns->queues);
		return;
	case COLLECT_BRIDGE:
		vec_free(&ns->fdb);
		vec_free(&ns->vlans);
		return;
	case COLLECT_FILTER:
		vec_free(&ns->filters);
		return;
	case COLLECT_POLICY:
		vec_free(&ns->policies);
		return;
	case COLLECT_FLOW:
		vec_free(&ns->flows);
		return;
	case COLLECT_TABLE:
		ns->connections_use = ns->neighbours_use = ns->neighbours6_use = (struct table_use){ 0 };
		return;
	case COLLECT_KINDS:
		return;
	}
}

void ns_forget(struct ns *ns, enum collect_kind kind)
{
	kind_forget(ns, kind);
	raw_forget(ns, kind);
	ns->error[kind] = 0;
}

static void ns_done(struct ns *ns)
{
	for (int kind = 0; kind < COLLECT_KINDS; kind++)
		kind_forget(ns, kind);
	vec_free(&ns->raw);
}

void snapshot_drop(struct snapshot *s)
{
	ns_done(&s->ns.v[s->ns.n - 1]);
	s->ns.n--;
}

static struct snapshot *copy_into(const struct snapshot *s, struct arena *a)
{
	struct snapshot *copy = xcalloc(1, sizeof(*copy));

	copy->arena = a;
	vec_copy(&copy->ns, &s->ns);
	for (size_t i = 0; i < s->ns.n; i++)
		ns_copy(&copy->ns.v[i], &s->ns.v[i]);
	return copy;
}

struct snapshot *snapshot_copy(const struct snapshot *s)
{
	return copy_into(s, arena_share(s->arena));
}

struct snapshot *snapshot_branch(const struct snapshot *s)
{
	struct arena *a = arena_new();

	a->parent = arena_share(s->arena);
	return copy_into(s, a);
}

void snapshot_free(struct snapshot *s)
{
	if (!s)
		return;
	vec_each(ns, &s->ns)
		ns_done(ns);
	vec_free(&s->ns);
	arena_leave(s->arena);
	free(s);
}

const struct link *ns_link(const struct ns *ns, int ifindex)
{
	vec_each(l, &ns->links)
		if (l->ifindex == ifindex)
			return l;
	return NULL;
}

const struct link *ns_link_by_name(const struct ns *ns, const char *name)
{
	vec_each(l, &ns->links)
		if (streq(l->name, name))
			return l;
	return NULL;
}

struct ifname ns_ifname(const struct ns *ns, int ifindex)
{
	const struct link *l = ns_link(ns, ifindex);
	struct ifname name;

	if (l)
		str_copy(name.s, sizeof(name.s), l->name);
	else
		snprintf(name.s, sizeof(name.s), "if%d", ifindex);
	return name;
}

const struct iface_addr *ns_addr(const struct ns *ns, const struct addr *a)
{
	vec_each(i, &ns->addrs)
		if (addr_eq(&i->prefix.addr, a))
			return i;
	return NULL;
}

bool ns_is_local(const struct ns *ns, const struct addr *a)
{
	bool known = false;

	/* The local table is how the kernel itself decides it; there it may say more than the addresses. */
	vec_each(r, &ns->routes) {
		if (r->type != RTN_LOCAL || r->table != RT_TABLE_LOCAL)
			continue;
		if (prefix_has(&r->dst, a))
			return true;
		known = known || r->dst.addr.family == a->family;
	}
	return addr_is_loopback(a) || (!known && ns_addr(ns, a));
}

bool iface_addr_usable(const struct iface_addr *a)
{
	if (a->flags & IFA_F_DADFAILED)
		return false;
	return !(a->flags & IFA_F_TENTATIVE) || a->flags & IFA_F_OPTIMISTIC;
}

bool ns_is_local_by(const struct ns *ns, int ifindex, const struct addr *a)
{
	if (a->family != AF_INET6 || !addr_is_linklocal(a))
		return ns_is_local(ns, a);
	vec_each(i, &ns->addrs)
		if (i->ifindex == ifindex && addr_eq(&i->prefix.addr, a))
			return true;
	return false;
}

bool ns_answers(const struct ns *ns, int ifindex, const struct addr *a)
{
	if (a->family != AF_INET6)
		return ns_is_local(ns, a);
	vec_each(i, &ns->addrs)
		if (i->ifindex == ifindex && addr_eq(&i->prefix.addr, a) && iface_addr_usable(i))
			return true;
	return false;
}

bool flow_has_port(const struct tracked_flow *flow, const struct port_range *range)
{
	return flow->translated && flow->proto == range->proto && flow->answer_sport == range->dport &&
	       flow->answer_dport >= range->min && flow->answer_dport <= range->max &&
	       addr_eq(&flow->answer_src, &range->dst) && addr_eq(&flow->answer_dst, &range->nat);
}

bool listener_hears(const struct listener *l, const struct addr *dst)
{
	if (!addr_is_zero(&l->addr))
		return addr_eq(&l->addr, dst);
	return l->addr.family == dst->family || (l->addr.family == AF_INET6 && !l->v6only);
}

bool ns_bridge_nf(const struct ns *ns, int bridge, uint8_t family)
{
	bool ip6 = family == AF_INET6;
	int all = ip6 ? ns->bridge_nf_call_ip6tables : ns->bridge_nf_call_iptables;
	const struct link *l = all == 0 ? ns_link(ns, bridge) : NULL;

	return all > 0 || (l && (ip6 ? l->nf_call_ip6tables : l->nf_call_iptables));
}

const struct iface_addr *ns_addr_on(const struct ns *ns, int ifindex, uint8_t family,
				    const struct addr *near)
{
	vec_each(i, &ns->addrs) {
		if (i->ifindex != ifindex || i->prefix.addr.family != family)
			continue;
		if (!near || !addr_is_set(near) ? family != AF_INET6 || !addr_is_linklocal(&i->prefix.addr) :
						 prefix_has(&i->prefix, near))
			return i;
	}
	return NULL;
}

const struct neigh *ns_neigh(const struct ns *ns, int ifindex, const struct addr *a)
{
	vec_each(n, &ns->neighs)
		if (n->ifindex == ifindex && addr_eq(&n->addr, a) && !(n->flags & NTF_PROXY))
			return n;
	return NULL;
}

int snapshot_nsid(const struct snapshot *s, int ns, int nsid)
{
	if (nsid < 0)
		return ns;
	vec_each(n, &s->ns.v[ns].nsids)
		if (n->nsid == nsid)
			return n->ns;
	return -1;
}

static bool other_end(const struct snapshot *s, int ns, const struct link *l, int *ret_ns,
		      int *ret_ifindex)
{
	int there;

	if (l->peer == 0)
		return false;
	there = snapshot_nsid(s, ns, l->peer_nsid);
	if (there < 0)
		return false;
	*ret_ns = there;
	*ret_ifindex = l->peer;
	return true;
}

bool snapshot_peer(const struct snapshot *s, int ns, int ifindex, int *ret_ns, int *ret_ifindex)
{
	const struct link *l = ns_link(&s->ns.v[ns], ifindex);

	return l && streq(l->kind, "veth") && other_end(s, ns, l, ret_ns, ret_ifindex);
}

bool link_shares_parent(const struct link *l)
{
	static const char *const kinds[] = { "macvlan", "macvtap", "ipvlan", "ipvtap" };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (streq(l->kind, kinds[i]))
			return true;
	return false;
}

bool link_is_tap(const struct link *l)
{
	return l && streq(l->kind, "tun");
}

bool snapshot_parent(const struct snapshot *s, int ns, int ifindex, int *ret_ns, int *ret_ifindex)
{
	const struct link *l = ns_link(&s->ns.v[ns], ifindex);

	return l && link_shares_parent(l) && other_end(s, ns, l, ret_ns, ret_ifindex);
}

bool nft_chain_on(const struct nft_chain *c, const char *ifname)
{
	const char *dev = c->devs ? c->devs : c->dev;

	while (dev && *dev) {
		size_t n = strcspn(dev, " ");

		bool prefix = n > 0 && dev[n - 1] == '*';

		if (strncmp(ifname, dev, prefix ? n - 1 : n) == 0 &&
		    (prefix || strlen(ifname) == n))
			return true;
		dev += n + strspn(dev + n, " ");
	}
	return false;
}

const struct ipset_answer *ns_ipset_answer(const struct ns *ns, const struct ipset_question *q)
{
	vec_each(a, &ns->ipsets)
		if (memcmp(&a->question, q, sizeof(*q)) == 0)
			return a;
	return NULL;
}

static const char *name_in(const ipset_name_list *names, uint16_t index)
{
	vec_each(n, names)
		if (n->index == index)
			return n->name;
	return NULL;
}

const char *ns_ipset_name(const struct ns *ns, uint16_t index)
{
	const char *name = name_in(&ns->ipset_names, index);

	return name ? name : name_in(&ns->legacy_ipset_names, index);
}

const struct nft_answer *nft_set_answer(const struct nft_set *set, const void *key, size_t len)
{
	for (const struct nft_answer *a = set->answers; a; a = a->next)
		if (a->key_len == len && memcmp(a->key, key, len) == 0)
			return a;
	return NULL;
}

int snapshot_find(const struct snapshot *s, uint64_t inode)
{
	for (size_t i = 0; i < s->ns.n; i++)
		if (s->ns.v[i].inode == inode)
			return (int)i;
	return -1;
}

int snapshot_gap(const struct snapshot *s, int *ret_ns)
{
	static const enum collect_kind needed[] = { COLLECT_LINK, COLLECT_ADDR, COLLECT_ROUTE, COLLECT_RULE };

	for (size_t i = 0; i < s->ns.n; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(needed); k++) {
			if (s->ns.v[i].error[needed[k]] >= 0)
				continue;
			*ret_ns = (int)i;
			return s->ns.v[i].error[needed[k]];
		}
	}
	return 0;
}
