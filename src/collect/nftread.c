/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nftread - asks for the nf_tables ruleset: what there is first, its contents when somebody needs them
 *
 * Tables, chains and sets are listed at once; the rules of a chain and the
 * elements of a set follow when a packet comes to them (struct need). All of it
 * belongs together only while the generation stays the same. Where it moved,
 * what was read is read again: if that is as before, somebody changed what
 * nobody asked for (a running diagnosis' trace, for one).
 */
#include <netinet/in.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>

#include "collect.h"
#include "collect/ahead.h"
#include "collect/collector.h"
#include "collect/ipset.h"
#include "collect/nft.h"
#include "firewall.h"
#include "netns.h"
#include "nlfield.h"

#define NFT_ATTEMPTS 4

/* Namespaces with more chains than this are listed in part. */
#define CHAINS_LISTED 256

/* --- requests -------------------------------------------------------------- */

static struct nlmsghdr *request(struct nl_buf *b, unsigned int message, uint8_t family)
{
	const struct nfgenmsg nfg = { .nfgen_family = family, .version = NFNETLINK_V0 };

	return nl_put(b, NFT_TYPE(message), 0, &nfg, sizeof(nfg));
}

static int dump_all(struct collecting *c, struct nl *nl, unsigned int message)
{
	struct nl_buf b;

	return collect_dump(c, COLLECT_NFT, nl, request(&b, message, NFPROTO_UNSPEC));
}

static int dump_rules(struct nl *nl, const struct nft_chain *chain, struct nl_dump *ret)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = request(&b, NFT_MSG_GETRULE, chain->family);

	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, chain->table);
	mnl_attr_put_strz(nlh, NFTA_RULE_CHAIN, chain->name);
	return nl_dump(nl, nlh, ret);
}

static struct nlmsghdr *elems_request(struct nl_buf *b, const struct nft_set *set)
{
	struct nlmsghdr *nlh = request(b, NFT_MSG_GETSETELEM, set->family);

	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, set->table);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, set->name);
	return nlh;
}

static int dump_elems(struct collecting *c, struct nl *nl, const struct nft_set *set)
{
	struct nl_buf b;

	return collect_dump(c, COLLECT_NFT, nl, elems_request(&b, set));
}

/* Where an element that was asked for goes. */
struct element {
	struct snapshot *s;
	struct nft_answer *answer;
};

static int take_element(const struct nlmsghdr *nlh, void *arg)
{
	const struct element *e = arg;
	struct nftnl_set *set = NULL;
	int r = nft_parse_element(e->s, nlh, &set);

	if (r < 0)
		return r;
	e->answer->found = set;
	e->answer->msg = collect_copy(e->s, nlh);
	return 0;
}

/* Asks for the element with this key, or with none for the one of all others. */
static int get_element(struct nl *nl, const struct nft_set *set, const void *key, size_t len,
		       struct element *ret)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = elems_request(&b, set);
	struct nlattr *list = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *elem = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM), *value;

	if (key) {
		value = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_KEY);
		mnl_attr_put(nlh, NFTA_DATA_VALUE, len, key);
		mnl_attr_nest_end(nlh, value);
	} else {
		mnl_attr_put_u32(nlh, NFTA_SET_ELEM_FLAGS, htonl(NFT_SET_ELEM_CATCHALL));
	}
	mnl_attr_nest_end(nlh, elem);
	mnl_attr_nest_end(nlh, list);
	return nl_request(nl, nlh, take_element, ret);
}

static int take_chain(const struct nlmsghdr *nlh, void *arg)
{
	return nlh->nlmsg_type == NFT_TYPE(NFT_MSG_NEWCHAIN) ? collect_take_copy(arg, COLLECT_NFT, nlh) : 0;
}

/* One chain without its rules. */
static int get_chain(struct collecting *c, struct nl *nl, uint8_t family, const char *table,
		     const char *name)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = request(&b, NFT_MSG_GETCHAIN, family);

	mnl_attr_put_strz(nlh, NFTA_CHAIN_TABLE, table);
	mnl_attr_put_strz(nlh, NFTA_CHAIN_NAME, name);
	return nl_request(nl, nlh, take_chain, c);
}

static bool is_base(const struct nlmsghdr *nlh)
{
	struct nlspan attrs = nlfield_attrs(nlh, sizeof(struct nfgenmsg)), payload;
	uint16_t type;

	while (nlfield_next(&attrs, &type, &payload) > 0)
		if (type == NFTA_CHAIN_HOOK)
			return true;
	return false;
}

static bool may_be_listed(const struct nlmsghdr *nlh, size_t n, void *arg)
{
	struct ahead *ahead = arg;

	if (n < CHAINS_LISTED)
		ahead_note(ahead, nlh);
	else if (n == CHAINS_LISTED)
		ahead_begin(ahead);
	return n < CHAINS_LISTED || is_base(nlh);
}

/*
 * All chains where they are few, else the base chains, and room for what
 * packets come to: chains do not move once they are listed.
 */
static int list_chains(struct collecting *c, struct nl *nl, struct ahead *ahead)
{
	_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
	struct nl_buf b;
	int r = nl_dump_some(nl, request(&b, NFT_MSG_GETCHAIN, NFPROTO_UNSPEC), may_be_listed, ahead, &d);

	if (r < 0)
		return r;
	vec_each(block, &d.blocks)
		snapshot_own_block(c->s, *block);
	d.blocks.n = 0;
	c->ns->more_chains = d.total > CHAINS_LISTED;
	vec_each(nlh, &d.messages)
		if (!c->ns->more_chains || is_base(*nlh))
			collect_take(c->s, c->ns, COLLECT_NFT, *nlh);
	if (c->ns->more_chains)
		vec_reserve(&c->ns->chains, c->ns->chains.n + NFT_CHAINS_MORE);
	return d.interrupted ? -EINTR : 0;
}

/* --- the generation -------------------------------------------------------- */

struct generation {
	uint32_t id;
};

static const struct nlfield generation_fields[] = {
	{ NFTA_GEN_ID, NLFIELD(U32, struct generation, id) },
	{ 0 },
};

static int generation_answer(const struct nlmsghdr *nlh, void *arg)
{
	return nlfield_read(generation_fields, nlfield_attrs(nlh, sizeof(struct nfgenmsg)), arg);
}

static int read_generation(struct nl *nl, uint32_t *ret)
{
	struct generation g = { 0 };
	struct nl_buf b;
	int r = nl_request(nl, request(&b, NFT_MSG_GETGEN, NFPROTO_UNSPEC), generation_answer, &g);

	if (r < 0)
		return r;
	*ret = ntohl(g.id);
	return 0;
}

int collect_nft_generation(int ns_fd, uint32_t *ret)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(ns_fd, NETLINK_NETFILTER, &nl);

	return r < 0 ? r : read_generation(nl, ret);
}

/* --- one chain ------------------------------------------------------------- */

/* The same to be changed, as the list is ours. */
static struct nft_chain *find_chain(struct ns *ns, uint8_t family, const char *table,
				    const char *name)
{
	return (struct nft_chain *)(uintptr_t)ns_chain(ns, family, table, name);
}

/* An interrupted dump is tried again by the callers, everything else is how it is. */
static int note_error(int r, int *ret_error)
{
	if (r == -EINTR)
		return r;
	*ret_error = r;
	return 0;
}

/* What a dump of this chain's rules brought. 0 or -EINTR. */
static int take_rules(struct collecting *c, struct nl *nl, struct nft_chain *chain, struct nl_dump *d)
{
	int r;

	vec_free(&chain->rules);
	r = collect_take_dump(c, COLLECT_NFT, d);
	chain->unread = r < 0;
	ipset_names(c, COLLECT_NFT, &nl, chain);
	return r;
}

static int read_rules(struct collecting *c, struct nl *nl, struct nft_chain *chain)
{
	_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
	int r = dump_rules(nl, chain, &d);

	if (r == 0)
		r = take_rules(c, nl, chain, &d);
	return note_error(r, &chain->error);
}

/* Where there is none for one more chain, nobody asks for any again. */
static bool has_room(struct ns *ns)
{
	if (ns->chains.n < ns->chains.cap)
		return true;
	ns->more_chains = false;
	ns->error[COLLECT_NFT] = -E2BIG;
	return false;
}

/* The chain that somebody jumps to, and that nobody can read. */
static struct nft_chain *add_unreadable(struct ns *ns, const struct need *need, int error)
{
	struct nft_chain *chain = vec_add(&ns->chains);

	chain->family = need->family;
	chain->table = need->table;
	chain->name = need->name;
	chain->unread = true;
	chain->error = error;
	return chain;
}

/* The chain as listed, or asked for now; NULL where nothing more can be. */
static struct nft_chain *need_chain(struct collecting *c, struct nl *nl, const struct need *need,
				    int *ret_error)
{
	struct nft_chain *chain = find_chain(c->ns, need->family, need->table, need->name);
	int r;

	if (chain || !c->ns->more_chains || !has_room(c->ns))
		return chain;
	r = get_chain(c, nl, need->family, need->table, need->name);
	if (r == -EINTR) {
		*ret_error = r;
		return NULL;
	}
	chain = find_chain(c->ns, need->family, need->table, need->name);
	if (!chain)
		return add_unreadable(c->ns, need, r < 0 ? r : -ENOENT);
	chain->unread = true;
	return chain;
}

/* --- the list -------------------------------------------------------------- */

struct reading {
	struct collecting *c;
	struct nl *nl;
};

static int take_ahead(uint8_t family, const char *table, const char *name, struct nl_dump *rules,
		      void *arg)
{
	const struct reading *r = arg;
	const struct need need = { .family = family,
				   .table = snapshot_intern(r->c->s, table),
				   .name = snapshot_intern(r->c->s, name) };
	struct nft_chain *chain;
	int error = 0;

	/* tables of running diagnoses are not in the list */
	if (!ns_table(r->c->ns, family, table))
		return 0;
	chain = need_chain(r->c, r->nl, &need, &error);
	if (chain && !chain->error)
		error = take_rules(r->c, r->nl, chain, rules);
	return error;
}

/* One attempt, and what it began. */
struct nft_reading {
	struct nl *nl;
	struct ahead *ahead;
	uint32_t generation;
	int begun; /* 0, or how the attempt failed already */
};

static int list_ruleset(struct collecting *c, struct nft_reading *n)
{
	int r = dump_all(c, n->nl, NFT_MSG_GETTABLE);

	/* without a table there is nothing else */
	if (r < 0 || c->ns->tables.n == 0)
		return r;
	n->ahead = ahead_new(c->s->asked);
	r = list_chains(c, n->nl, n->ahead);
	if (r == 0)
		r = dump_all(c, n->nl, NFT_MSG_GETSET);
	vec_each(chain, &c->ns->chains)
		chain->unread = true;
	vec_each(set, &c->ns->sets)
		set->unread = true;
	return r;
}

static void begin(struct collecting *c, struct nft_reading *n)
{
	n->begun = read_generation(n->nl, &n->generation);
	if (n->begun == 0)
		n->begun = list_ruleset(c, n);
}

/* 0: consistent; -EAGAIN: changed meanwhile. */
static int end(struct collecting *c, struct nft_reading *n)
{
	uint32_t after = 0;
	int r = n->begun;

	if (r == 0 && n->ahead)
		r = ahead_take(n->ahead, take_ahead, &(struct reading){ c, n->nl });
	ahead_free(n->ahead);
	n->ahead = NULL;
	/* a table that went between two dumps */
	if (r == -EINTR || r == -ENOENT)
		return -EAGAIN;
	if (r == 0)
		r = read_generation(n->nl, &after);
	c->ns->nft_generation = after;
	return r < 0 ? r : n->generation == after ? 0 : -EAGAIN;
}

/* Ends the attempt that was begun, and makes others where it did not succeed. */
static int end_consistently(struct collecting *c, struct nft_reading *n)
{
	int r = end(c, n);

	for (int attempt = 1; r == -EAGAIN && attempt < NFT_ATTEMPTS; attempt++) {
		ns_forget(c->ns, COLLECT_NFT);
		begin(c, n);
		r = end(c, n);
	}
	/* -EINVAL: a kernel without nf_tables (nfnetlink_rcv_msg()) has no rules */
	return r == -EAGAIN ? -EINTR : r == -EINVAL ? 0 : r;
}

static int read_consistently(struct collecting *c, struct nl *nl)
{
	struct nft_reading n = { .nl = nl };

	ns_forget(c->ns, COLLECT_NFT);
	begin(c, &n);
	return end_consistently(c, &n);
}

static int read_nft(struct collecting *c)
{
	struct nl *nl;
	int r = nl_open(NETLINK_NETFILTER, &nl);

	/* -EPROTONOSUPPORT: not even nfnetlink */
	if (r < 0)
		return r == -EPROTONOSUPPORT ? 0 : r;
	c->nft = xcalloc(1, sizeof(*c->nft));
	c->nft->nl = nl;
	begin(c, c->nft);
	return 0;
}

static int finish_nft(struct collecting *c)
{
	int r = c->nft ? end_consistently(c, c->nft) : 0;

	if (c->nft)
		nl_close(c->nft->nl);
	free(c->nft);
	c->nft = NULL;
	return r;
}

const struct collector collect_nft = {
	.kind = COLLECT_NFT, .read = read_nft, .finish = finish_nft, .parse = nft_parse,
};

/* --- what is needed -------------------------------------------------------- */

static struct nft_set *find_set(struct ns *ns, uint8_t family, const char *table, const char *name)
{
	return (struct nft_set *)(uintptr_t)ns_set(ns, family, table, name);
}

static int read_elements(struct collecting *c, struct nl *nl, const struct nft_set *asked)
{
	const struct nft_set was = *asked;
	size_t sets = c->ns->sets.n;
	struct nft_set *set;
	int r = dump_elems(c, nl, &was);

	/* one whose elements cannot be decoded has gone */
	set = find_set(c->ns, was.family, was.table, was.name);
	if (!set || c->ns->sets.n != sets)
		return 0;
	set->unread = r < 0;
	return note_error(r, &set->error);
}

static int read_element(struct collecting *c, struct nl *nl, struct nft_set *set,
			const uint8_t *key, uint32_t key_len)
{
	struct nft_answer *a = xcalloc(1, sizeof(*a));
	struct element found = { c->s, a };
	int r = get_element(nl, set, key, key_len, &found);

	if (r == -ENOENT) {
		r = get_element(nl, set, NULL, 0, &found);
		/* -EINVAL: a kernel without catch-all elements */
		r = r == -ENOENT || r == -EINVAL ? 0 : r;
	}
	snapshot_own_block(c->s, a);
	memcpy(a->key, key, key_len);
	a->key_len = key_len;
	a->next = set->answers;
	set->answers = a;
	return note_error(r, &a->error);
}

static int read_need(struct collecting *c, struct nl *nl, const struct need *need)
{
	struct nft_chain *chain;
	struct nft_set *set;
	int r = 0;

	switch (need->kind) {
	case NEED_RULES:
		chain = need_chain(c, nl, need, &r);
		return chain && chain->unread && !chain->error ? read_rules(c, nl, chain) : r;
	case NEED_ELEMENTS:
	case NEED_ELEMENT:
		set = find_set(c->ns, need->family, need->table, need->name);
		if (!set || !set->unread)
			return 0;
		if (need->kind == NEED_ELEMENTS)
			return read_elements(c, nl, set);
		return nft_set_answer(set, need->key, need->key_len) ? 0 :
			       read_element(c, nl, set, need->key, need->key_len);
	case NEED_IPSET: /* see ask_ipsets() */
		return 0;
	}
	return 0;
}

static void add_need(need_list *needs, enum need_kind kind, uint8_t family, const char *table,
		     const char *name, const struct nft_answer *a)
{
	struct need *need = vec_add(needs);

	need->kind = kind;
	need->family = family;
	need->table = table;
	need->name = name;
	if (a) {
		memcpy(need->key, a->key, a->key_len);
		need->key_len = a->key_len;
	}
}

/* All that has, or that has not, been read of it. */
static void list_all(const struct ns *ns, bool unread, need_list *ret)
{
	vec_each(c, &ns->chains)
		if (c->unread == unread)
			add_need(ret, NEED_RULES, c->family, c->table, c->name, NULL);
	vec_each(set, &ns->sets) {
		if (set->unread == unread)
			add_need(ret, NEED_ELEMENTS, set->family, set->table, set->name, NULL);
		for (const struct nft_answer *a = unread ? NULL : set->answers; a; a = a->next)
			add_need(ret, NEED_ELEMENT, set->family, set->table, set->name, a);
	}
}

/* Lists the ruleset anew and reads of it what `was` holds. */
static int read_likewise(struct collecting *c, struct nl *nl, const struct ns *was)
{
	need_list needs = { 0 };
	int r = read_consistently(c, nl);

	list_all(was, false, &needs);
	for (size_t i = 0; r == 0 && i < needs.n; i++)
		r = read_need(c, nl, &needs.v[i]);
	vec_free(&needs);
	return r;
}

/* Is what was read still so? Then it is of this generation, too; else -ESTALE. */
static int check_again(struct collecting *c, struct nl *nl)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	struct collecting again = { .s = s };
	uint32_t after = 0;
	int r;

	snapshot_add(s, c->ns->name, c->ns->inode);
	again.ns = &s->ns.v[0];
	r = read_likewise(&again, nl, c->ns);
	if (r == 0)
		r = read_generation(nl, &after);
	if (r < 0 || after != again.ns->nft_generation || !ns_same_nft(c->ns, again.ns))
		return -ESTALE;
	c->ns->nft_generation = after;
	return 0;
}

static int read_needs(struct collecting *c, struct nl *nl, const need_list *needs)
{
	uint32_t generation = 0;
	int r = read_generation(nl, &generation);

	if (r == 0 && generation != c->ns->nft_generation)
		r = check_again(c, nl);
	vec_each(need, needs)
		if (r == 0 && need->ns == c->index)
			r = read_need(c, nl, need);
	if (r == 0)
		r = read_generation(nl, &generation);
	if (r == 0 && generation != c->ns->nft_generation)
		r = check_again(c, nl);
	return r;
}

/* Nothing of this namespace's needs can be met. */
static void give_up(struct ns *ns, int index, const need_list *needs, int error)
{
	vec_each(need, needs) {
		struct nft_chain *chain;
		struct nft_set *set;

		if (need->ns != index)
			continue;
		chain = find_chain(ns, need->family, need->table, need->name);
		set = find_set(ns, need->family, need->table, need->name);
		if (need->kind == NEED_RULES && chain)
			chain->error = error;
		else if (need->kind == NEED_RULES && ns->more_chains && has_room(ns))
			add_unreadable(ns, need, error);
		else if (need->kind != NEED_RULES && set)
			set->error = error;
	}
}

/* They are no part of a ruleset, and of no generation. */
static void ask_ipsets(struct collecting *c, struct nl *nl, int error, const need_list *needs)
{
	vec_each(need, needs) {
		struct ipset_question q;

		if (need->ns != c->index || need->kind != NEED_IPSET)
			continue;
		memcpy(&q, need->key, sizeof(q));
		ipset_ask(c, nl, error, &q);
	}
}

/* ns_fd may be an errno: why the kernel cannot be asked. */
static int needs_of(struct snapshot *s, int ns, int ns_fd, const need_list *needs)
{
	struct collecting c = { .s = s, .ns = &s->ns.v[ns], .index = ns };
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = ns_fd < 0 ? ns_fd : netns_nl(ns_fd, NETLINK_NETFILTER, &nl);

	ask_ipsets(&c, nl, r, needs);
	if (r == 0)
		r = read_needs(&c, nl, needs);
	/* interrupted: changed while it was read */
	if (r == -EINTR || r == -ESTALE)
		return -ESTALE;
	if (r < 0)
		give_up(c.ns, ns, needs, r);
	return 0;
}

static bool is_needed(const need_list *needs, int ns)
{
	vec_each(need, needs)
		if (need->ns == ns)
			return true;
	return false;
}

int collect_needs(struct snapshot *s, const int *ns_fds)
{
	need_list needs = { 0 };
	int r = 0;

	if (snapshot_take_needs(s, &needs) == 0)
		return 0;
	for (size_t i = 0; r == 0 && i < s->ns.n; i++)
		if (is_needed(&needs, (int)i))
			r = needs_of(s, (int)i, ns_fds ? ns_fds[i] : -ENODATA, &needs);
	vec_free(&needs);
	return r < 0 ? r : 1;
}

int collect_rulesets(struct snapshot *s, const int *ns_fds)
{
	for (size_t i = 0; i < s->ns.n; i++) {
		need_list needs = { 0 };

		list_all(&s->ns.v[i], true, &needs);
		vec_each(need, &needs) {
			need->ns = (int)i;
			snapshot_need(s, need);
		}
		vec_free(&needs);
	}
	return collect_needs(s, ns_fds);
}

int collect_nft_likewise(struct snapshot *s, int ns, int ns_fd, const struct ns *was)
{
	struct collecting c = { .s = s, .ns = &s->ns.v[ns], .index = ns };
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r;

	/* the generation says so already */
	if (c.ns->nft_generation == was->nft_generation)
		return 0;
	r = netns_nl(ns_fd, NETLINK_NETFILTER, &nl);
	return r < 0 ? r : read_likewise(&c, nl, was);
}
