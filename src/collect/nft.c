/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nf_tables ruleset: tables, chains, rules, sets and the elements of those
 * sets that a rule asks (net/netfilter/nf_tables_api.c).
 *
 * The dumps belong together only if the generation was the same before and
 * after all of them.
 */
#include <netinet/in.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "collect.h"
#include "collect/collector.h"
#include "netns.h"
#include "nlfield.h"

/* Since Linux 5.12: the table belongs to a socket. */
#define TABLE_F_OWNER 0x2

#define OUR_TABLE "nsdoctor-"

#define NFT_ATTEMPTS 4

#define NFT_TYPE(message) ((uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | (message)))

static void table_freep(struct nftnl_table **t)
{
	if (*t)
		nftnl_table_free(*t);
}

static void chain_freep(struct nftnl_chain **c)
{
	if (*c)
		nftnl_chain_free(*c);
}

static void rule_freep(struct nftnl_rule **r)
{
	if (*r)
		nftnl_rule_free(*r);
}

static void set_freep(struct nftnl_set **s)
{
	if (*s)
		nftnl_set_free(*s);
}

/* libnftnl's allocations end the program as ours do. */
#define NFTNL_ALLOC(type)                                    \
	({                                                   \
		struct nftnl_##type *new_ = nftnl_##type##_alloc(); \
		new_ ? new_ : (abort(), NULL);               \
	})

static bool known_table(const struct ns *ns, uint8_t family, const char *name)
{
	vec_each(t, &ns->tables)
		if (t->family == family && streq(t->name, name))
			return true;
	return false;
}

/*
 * Where the last search of this thread ended. Rules come chain by chain and in
 * the chains' order, so the next one is nearly always there: 35,000 rules in
 * 5,000 chains would be compared for seconds else. Only a hint.
 */
static _Thread_local size_t last_chain, last_set;

static struct nft_chain *find_chain(struct ns *ns, uint8_t family, const char *table,
				    const char *name)
{
	for (size_t i = 0; i < ns->chains.n; i++) {
		size_t at = (last_chain + i) % ns->chains.n;
		struct nft_chain *c = &ns->chains.v[at];

		if (c->family == family && streq(c->name, name) && streq(c->table, table)) {
			last_chain = at;
			return c;
		}
	}
	return NULL;
}

static struct nft_set *find_set(const struct ns *ns, uint8_t family, const char *table,
				const char *name)
{
	for (size_t i = 0; i < ns->sets.n; i++) {
		size_t at = (last_set + i) % ns->sets.n;
		struct nft_set *set = &ns->sets.v[at];

		if (set->family == family && streq(set->name, name) && streq(set->table, table)) {
			last_set = at;
			return set;
		}
	}
	return NULL;
}

/* What a running diagnosis has made is not the host's configuration. */
static bool is_ours(const char *name, uint32_t flags)
{
	return (flags & TABLE_F_OWNER) && str_starts(name, OUR_TABLE);
}

static int parse_table(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh)
{
	_cleanup_(table_freep) struct nftnl_table *t = NFTNL_ALLOC(table);
	struct nft_table *table;
	const char *name;
	uint32_t flags;

	if (nftnl_table_nlmsg_parse(nlh, t) < 0)
		return -EBADMSG;
	name = nftnl_table_get_str(t, NFTNL_TABLE_NAME);
	if (!name)
		return -EBADMSG;
	flags = nftnl_table_get_u32(t, NFTNL_TABLE_FLAGS);
	if (is_ours(name, flags))
		return 0;
	table = vec_add(&ns->tables);
	table->family = (uint8_t)nftnl_table_get_u32(t, NFTNL_TABLE_FAMILY);
	table->name = snapshot_intern(s, name);
	table->flags = flags;
	return 0;
}

/* A netdev chain has one device, or since Linux 5.5 a list of them. */
static const char *chain_device(const struct nftnl_chain *c)
{
	const char *const *devices;

	if (nftnl_chain_is_set(c, NFTNL_CHAIN_DEV))
		return nftnl_chain_get_str(c, NFTNL_CHAIN_DEV);
	if (!nftnl_chain_is_set(c, NFTNL_CHAIN_DEVICES))
		return NULL;
	devices = nftnl_chain_get_array(c, NFTNL_CHAIN_DEVICES);
	return devices ? devices[0] : NULL;
}

static void read_base(struct snapshot *s, const struct nftnl_chain *c, struct nft_chain *ret)
{
	const char *type = nftnl_chain_get_str(c, NFTNL_CHAIN_TYPE);
	const char *dev = chain_device(c);

	ret->base = true;
	ret->hook = nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM);
	ret->prio = nftnl_chain_get_s32(c, NFTNL_CHAIN_PRIO);
	ret->policy = nftnl_chain_is_set(c, NFTNL_CHAIN_POLICY)
			      ? nftnl_chain_get_u32(c, NFTNL_CHAIN_POLICY)
			      : NF_ACCEPT;
	ret->type = snapshot_intern(s, type ? type : "filter");
	ret->dev = dev ? snapshot_intern(s, dev) : NULL;
}

static int parse_chain(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh)
{
	_cleanup_(chain_freep) struct nftnl_chain *c = NFTNL_ALLOC(chain);
	struct nft_chain chain = { 0 };
	const char *table, *name;

	if (nftnl_chain_nlmsg_parse(nlh, c) < 0)
		return -EBADMSG;
	table = nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE);
	name = nftnl_chain_get_str(c, NFTNL_CHAIN_NAME);
	if (!table || !name)
		return -EBADMSG;
	chain.family = (uint8_t)nftnl_chain_get_u32(c, NFTNL_CHAIN_FAMILY);
	if (!known_table(ns, chain.family, table))
		return 0;
	chain.table = snapshot_intern(s, table);
	chain.name = snapshot_intern(s, name);
	chain.handle = nftnl_chain_get_u64(c, NFTNL_CHAIN_HANDLE);
	if (nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM))
		read_base(s, c, &chain);
	vec_push(&ns->chains, chain);
	return 0;
}

static int parse_rule(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh)
{
	_cleanup_(rule_freep) struct nftnl_rule *r = NFTNL_ALLOC(rule);
	struct nft_chain *chain;
	const char *table, *name;

	if (nftnl_rule_nlmsg_parse(nlh, r) < 0)
		return -EBADMSG;
	table = nftnl_rule_get_str(r, NFTNL_RULE_TABLE);
	name = nftnl_rule_get_str(r, NFTNL_RULE_CHAIN);
	if (!table || !name)
		return -EBADMSG;
	chain = find_chain(ns, (uint8_t)nftnl_rule_get_u32(r, NFTNL_RULE_FAMILY), table, name);
	if (!chain)
		return 0;
	vec_push(&chain->rules, ((struct nft_rule){
		.handle = nftnl_rule_get_u64(r, NFTNL_RULE_HANDLE), .nr = r }));
	snapshot_own_rule(s, r);
	r = NULL;
	return 0;
}

static int parse_set(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh)
{
	_cleanup_(set_freep) struct nftnl_set *set = NFTNL_ALLOC(set);
	const char *table, *name;
	uint8_t family;

	if (nftnl_set_nlmsg_parse(nlh, set) < 0)
		return -EBADMSG;
	table = nftnl_set_get_str(set, NFTNL_SET_TABLE);
	name = nftnl_set_get_str(set, NFTNL_SET_NAME);
	if (!table || !name)
		return -EBADMSG;
	family = (uint8_t)nftnl_set_get_u32(set, NFTNL_SET_FAMILY);
	if (!known_table(ns, family, table))
		return 0;
	vec_push(&ns->sets, ((struct nft_set){
		.family = family,
		.table = snapshot_intern(s, table),
		.name = snapshot_intern(s, name),
		.id = nftnl_set_get_u32(set, NFTNL_SET_ID),
		.ns = set,
	}));
	snapshot_own_set(s, set);
	set = NULL;
	return 0;
}

struct elems_message {
	struct nlspan table, set;
};

static const struct nlfield elems_fields[] = {
	{ NFTA_SET_ELEM_LIST_TABLE, NLFIELD(SPAN, struct elems_message, table) },
	{ NFTA_SET_ELEM_LIST_SET,   NLFIELD(SPAN, struct elems_message, set) },
	{ 0 },
};

/* Elements go into the set that was read before; libnftnl would overwrite its names by the same ones. */
static int parse_elems(struct ns *ns, const struct nlmsghdr *nlh)
{
	const struct nfgenmsg *nfg = nl_header(nlh, sizeof(*nfg));
	struct elems_message m = { 0 };
	struct nft_set *set;
	int r = nlfield_read(elems_fields, nlfield_attrs(nlh, sizeof(*nfg)), &m);

	if (r < 0 || !nfg)
		return -EBADMSG;
	if (!m.table.p || !m.set.p || !memchr(m.table.p, '\0', m.table.n) ||
	    !memchr(m.set.p, '\0', m.set.n))
		return -EBADMSG;
	set = find_set(ns, nfg->nfgen_family, m.table.p, m.set.p);
	if (!set)
		return 0;
	return nftnl_set_elems_nlmsg_parse(nlh, (struct nftnl_set *)set->ns) < 0 ? -EBADMSG : 0;
}

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	if (!nl_header(nlh, sizeof(struct nfgenmsg)))
		return -EBADMSG;
	switch (nlh->nlmsg_type) {
	case NFT_TYPE(NFT_MSG_NEWTABLE):
		return parse_table(s, ns, nlh);
	case NFT_TYPE(NFT_MSG_NEWCHAIN):
		return parse_chain(s, ns, nlh);
	case NFT_TYPE(NFT_MSG_NEWRULE):
		return parse_rule(s, ns, nlh);
	case NFT_TYPE(NFT_MSG_NEWSET):
		return parse_set(s, ns, nlh);
	case NFT_TYPE(NFT_MSG_NEWSETELEM):
		return parse_elems(ns, nlh);
	}
	return 0;
}

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

static int dump_elems(struct collecting *c, struct nl *nl, const struct nft_set *set)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = request(&b, NFT_MSG_GETSETELEM, set->family);

	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, set->table);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, set->name);
	return collect_dump(c, COLLECT_NFT, nl, nlh);
}

/* The name of the set that an expression asks, or NULL. */
static const char *expr_set(const struct nftnl_expr *e)
{
	static const struct {
		const char *name;
		uint16_t attr;
	} exprs[] = {
		{ "lookup", NFTNL_EXPR_LOOKUP_SET },
		{ "dynset", NFTNL_EXPR_DYNSET_SET_NAME },
		{ "objref", NFTNL_EXPR_OBJREF_SET_NAME },
	};
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

	for (size_t i = 0; i < ARRAY_SIZE(exprs); i++)
		if (streq(name, exprs[i].name) && nftnl_expr_is_set(e, exprs[i].attr))
			return nftnl_expr_get_str(e, exprs[i].attr);
	return NULL;
}

static void expr_iter_freep(struct nftnl_expr_iter **i)
{
	if (*i)
		nftnl_expr_iter_destroy(*i);
}

/* Marks the sets that the expressions of a rule ask, by index. */
static void mark_sets(const struct ns *ns, const struct nft_chain *chain, const struct nft_rule *r,
		      bool *asked)
{
	_cleanup_(expr_iter_freep) struct nftnl_expr_iter *i = nftnl_expr_iter_create(r->nr);
	struct nftnl_expr *e;

	while ((e = nftnl_expr_iter_next(i))) {
		const char *name = expr_set(e);
		const struct nft_set *set =
			name ? find_set(ns, chain->family, chain->table, name) : NULL;

		if (set)
			asked[set - ns->sets.v] = true;
	}
}

static int read_elems(struct collecting *c, struct nl *nl)
{
	struct ns *ns = c->ns;
	_cleanup_(freep) bool *asked = xcalloc(ns->sets.n, sizeof(*asked));

	vec_each(chain, &ns->chains)
		vec_each(r, &chain->rules)
			mark_sets(ns, chain, r, asked);
	for (size_t i = 0; i < ns->sets.n; i++) {
		int r = asked[i] ? dump_elems(c, nl, &ns->sets.v[i]) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static int read_ruleset(struct collecting *c, struct nl *nl)
{
	static const unsigned int messages[] = {
		NFT_MSG_GETTABLE, NFT_MSG_GETCHAIN, NFT_MSG_GETRULE, NFT_MSG_GETSET,
	};

	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		int r = dump_all(c, nl, messages[i]);

		/* without a table there is nothing else */
		if (r < 0 || c->ns->tables.n == 0)
			return r;
	}
	return read_elems(c, nl);
}

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

/* 0: consistent; -EAGAIN: changed meanwhile. */
static int read_once(struct collecting *c, struct nl *nl)
{
	uint32_t before, after;
	int r = read_generation(nl, &before);

	if (r == 0)
		r = read_ruleset(c, nl);
	/* a table that went between two dumps */
	if (r == -EINTR || r == -ENOENT)
		return -EAGAIN;
	if (r == 0)
		r = read_generation(nl, &after);
	return r < 0 ? r : before == after ? 0 : -EAGAIN;
}

static int read_nft(struct collecting *c)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = nl_open(NETLINK_NETFILTER, &nl);

	for (int attempt = 0; r == 0 && attempt < NFT_ATTEMPTS; attempt++) {
		int once;

		ns_forget(c->ns, COLLECT_NFT);
		once = read_once(c, nl);
		if (once != -EAGAIN)
			/* -EINVAL: a kernel without nf_tables (nfnetlink_rcv_msg()) has no rules of it */
			return once == -EINVAL ? 0 : once;
	}
	/* -EPROTONOSUPPORT: not even nfnetlink */
	return r == 0 ? -EINTR : r == -EPROTONOSUPPORT ? 0 : r;
}

const struct collector collect_nft = {
	.kind = COLLECT_NFT, .read = read_nft, .parse = parse,
};
