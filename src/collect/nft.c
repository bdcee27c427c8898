/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages of nf_tables: tables, chains, rules, sets, elements (net/netfilter/nf_tables_api.c). */
#include <netinet/in.h>

#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "collect.h"
#include "collect/collector.h"
#include "collect/ipset.h"
#include "collect/nft.h"
#include "nftcheck.h"
#include "nftown.h"
#include "nlfield.h"
#include "strbuf.h"

/* Since Linux 5.12: the table belongs to a socket. */
#define TABLE_F_OWNER 0x2


static void set_freep(struct nftnl_set **s)
{
	if (*s)
		nftnl_set_free(*s);
}

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
	return (flags & TABLE_F_OWNER) && nftown_is_name(name);
}

/* All of a name's bytes and its NUL. NFT_NAME_MAXLEN is the kernel's limit. */
struct nft_name {
	char s[NFT_NAME_MAXLEN];
};

struct table_message {
	struct nft_name name;
	uint32_t flags;
};

static const struct nlfield table_fields[] = {
	{ NFTA_TABLE_NAME,  NLFIELD(STRING, struct table_message, name.s) },
	{ NFTA_TABLE_FLAGS, NLFIELD(U32, struct table_message, flags) },
	{ 0 },
};

static int parse_table(struct snapshot *s, struct ns *ns, uint8_t family, struct nlspan attrs)
{
	struct table_message m = { 0 };
	struct nft_table *table;
	int r = nlfield_read(table_fields, attrs, &m);

	if (r < 0)
		return r;
	if (is_ours(m.name.s, ntohl(m.flags)))
		return 0;
	table = vec_add(&ns->tables);
	table->family = family;
	table->name = snapshot_intern(s, m.name.s);
	table->flags = ntohl(m.flags);
	return 0;
}

struct chain_message {
	struct nft_name table, name;
	uint64_t handle;
	bool base;
	uint32_t hook, prio, policy;
	char type[32], dev[IFNAMSIZ];
	struct nlspan devs;
};

static const struct nlfield hook_fields[] = {
	{ NFTA_HOOK_HOOKNUM,  NLFIELD(U32, struct chain_message, hook) },
	{ NFTA_HOOK_PRIORITY, NLFIELD(U32, struct chain_message, prio) },
	{ NFTA_HOOK_DEV,      NLFIELD(STRING, struct chain_message, dev) },
	{ NFTA_HOOK_DEVS,     NLFIELD(SPAN, struct chain_message, devs) },
	{ 0 },
};

static const struct nlfield chain_fields[] = {
	{ NFTA_CHAIN_TABLE,  NLFIELD(STRING, struct chain_message, table.s) },
	{ NFTA_CHAIN_NAME,   NLFIELD(STRING, struct chain_message, name.s) },
	{ NFTA_CHAIN_HANDLE, NLFIELD(U64, struct chain_message, handle) },
	{ NFTA_CHAIN_HOOK,   NLFIELD(PRESENT, struct chain_message, base) },
	{ NFTA_CHAIN_HOOK,   NLFIELD_NESTED(hook_fields) },
	{ NFTA_CHAIN_POLICY, NLFIELD(U32, struct chain_message, policy) },
	{ NFTA_CHAIN_TYPE,   NLFIELD(STRING, struct chain_message, type) },
	{ 0 },
};

/* Since Linux 6.17: the beginning of a name, "eth" for every device that is called so. */
#define DEVICE_PREFIX 2

/* All devices of the chain in one string, as struct nft_chain has them. */
static int read_devices(struct nlspan devs, struct strbuf *b)
{
	struct nlspan payload;
	uint16_t type;
	int r;

	while ((r = nlfield_next(&devs, &type, &payload)) > 0) {
		size_t n = strnlen(payload.p, payload.n);

		if (type != NFTA_DEVICE_NAME && type != DEVICE_PREFIX)
			continue;
		if (b->n > 0)
			strbuf_putc(b, ' ');
		strbuf_add(b, payload.p, n);
		if (type == DEVICE_PREFIX)
			strbuf_putc(b, '*');
	}
	return r;
}

static int read_base(struct snapshot *s, const struct chain_message *m, struct nft_chain *ret)
{
	_cleanup_(strbuf_done) struct strbuf devs = { 0 };
	int r;

	strbuf_puts(&devs, m->dev);
	r = m->dev[0] ? 0 : read_devices(m->devs, &devs);
	if (r < 0)
		return r;
	ret->base = true;
	ret->hook = ntohl(m->hook);
	ret->prio = (int32_t)ntohl(m->prio);
	ret->policy = ntohl(m->policy);
	ret->type = snapshot_intern(s, m->type);
	if (devs.n == 0)
		return 0;
	ret->devs = snapshot_intern(s, strbuf_str(&devs));
	devs.s[strcspn(devs.s, " ")] = '\0';
	ret->dev = snapshot_intern(s, devs.s);
	return 0;
}

static int parse_chain(struct snapshot *s, struct ns *ns, uint8_t family, struct nlspan attrs)
{
	struct chain_message m = { .policy = htonl(NF_ACCEPT), .type = "filter" };
	struct nft_chain chain = { .family = family };
	int r = nlfield_read(chain_fields, attrs, &m);

	if (r < 0 || !known_table(ns, family, m.table.s))
		return r;
	chain.table = snapshot_intern(s, m.table.s);
	chain.name = snapshot_intern(s, m.name.s);
	chain.handle = be64toh(m.handle);
	r = m.base ? read_base(s, &m, &chain) : 0;
	if (r < 0)
		return r;
	vec_push(&ns->chains, chain);
	return 0;
}

struct rule_message {
	struct nft_name table, chain;
	uint64_t handle;
	struct nlspan exprs;
};

static const struct nlfield rule_fields[] = {
	{ NFTA_RULE_TABLE,  NLFIELD(STRING, struct rule_message, table.s) },
	{ NFTA_RULE_CHAIN,  NLFIELD(STRING, struct rule_message, chain.s) },
	{ NFTA_RULE_HANDLE, NLFIELD(U64, struct rule_message, handle) },
	{ NFTA_RULE_EXPRESSIONS, NLFIELD(SPAN, struct rule_message, exprs) },
	{ 0 },
};

/* What a rule is made of, as far as it is looked at here. Numbers are big-endian. */
struct expr_message {
	char name[16];
	struct nlspan data;
};

static const struct nlfield expr_fields[] = {
	{ NFTA_EXPR_NAME, NLFIELD(STRING, struct expr_message, name) },
	{ NFTA_EXPR_DATA, NLFIELD(SPAN, struct expr_message, data) },
	{ 0 },
};

struct load_message {
	uint32_t dreg, base, offset, len, sreg;
};

static const struct nlfield payload_fields[] = {
	{ NFTA_PAYLOAD_DREG,   NLFIELD(U32, struct load_message, dreg) },
	{ NFTA_PAYLOAD_BASE,   NLFIELD(U32, struct load_message, base) },
	{ NFTA_PAYLOAD_OFFSET, NLFIELD(U32, struct load_message, offset) },
	{ NFTA_PAYLOAD_LEN,    NLFIELD(U32, struct load_message, len) },
	{ NFTA_PAYLOAD_SREG,   NLFIELD(U32, struct load_message, sreg) },
	{ 0 },
};

static const struct nlfield meta_fields[] = {
	{ NFTA_META_SREG, NLFIELD(U32, struct load_message, sreg) },
	{ 0 },
};

struct cmp_message {
	uint32_t sreg, op;
	struct nlspan value;
};

static const struct nlfield value_fields[] = {
	{ NFTA_DATA_VALUE, NLFIELD(SPAN, struct cmp_message, value) },
	{ 0 },
};

static const struct nlfield cmp_fields[] = {
	{ NFTA_CMP_SREG, NLFIELD(U32, struct cmp_message, sreg) },
	{ NFTA_CMP_OP,   NLFIELD(U32, struct cmp_message, op) },
	{ NFTA_CMP_DATA, NLFIELD_NESTED(value_fields) },
	{ 0 },
};

static bool next_expr(struct nlspan *list, struct expr_message *ret)
{
	struct nlspan payload;
	uint16_t type;

	memset(ret, 0, sizeof(*ret));
	return nlfield_next(list, &type, &payload) > 0 && type == NFTA_LIST_ELEM &&
	       nft_check_expression(payload) == 0 && nlfield_read(expr_fields, payload, ret) == 0;
}

/* Does "load this, compare it" test a field of the network header? */
static bool read_field(const struct load_message *load, const struct cmp_message *cmp,
		       struct nft_field *ret)
{
	uint32_t offset = ntohl(load->offset), len = ntohl(load->len);

	if (ntohl(load->base) != NFT_PAYLOAD_NETWORK_HEADER || load->dreg != cmp->sreg ||
	    ntohl(cmp->op) != NFT_CMP_EQ || cmp->value.n == 0 || cmp->value.n > len ||
	    cmp->value.n > NFT_FIELD_MAX || offset > 64)
		return false;
	ret->value = cmp->value.p;
	ret->offset = (uint16_t)offset;
	ret->len = (uint16_t)cmp->value.n;
	return true;
}

/* Looks through the pairs of loads and comparisons with which rules begin. */
static struct nft_field find_field(struct nlspan exprs)
{
	struct nft_field field = { 0 };
	struct expr_message e, test;

	while (next_expr(&exprs, &e) && next_expr(&exprs, &test) && streq(test.name, "cmp")) {
		bool payload = streq(e.name, "payload"), meta = streq(e.name, "meta");
		struct load_message load = { 0 };
		struct cmp_message cmp = { 0 };

		if ((!payload && !meta) || nlfield_read(cmp_fields, test.data, &cmp) < 0 ||
		    nlfield_read(payload ? payload_fields : meta_fields, e.data, &load) < 0 ||
		    load.sreg)
			break;
		if (payload && read_field(&load, &cmp, &field))
			break;
	}
	return field;
}

static int parse_rule(struct ns *ns, uint8_t family, struct nlspan attrs,
		      const struct nlmsghdr *nlh)
{
	struct rule_message m = { 0 };
	struct nft_chain *chain;
	struct nft_rule *rule;
	int r = nlfield_read(rule_fields, attrs, &m);

	if (r < 0)
		return r;
	chain = find_chain(ns, family, m.table.s, m.chain.s);
	if (!chain)
		return 0;
	rule = vec_add(&chain->rules);
	rule->handle = be64toh(m.handle);
	rule->msg = nlh;
	rule->field = find_field(m.exprs);
	return 0;
}

static int parse_set(struct snapshot *s, struct ns *ns, uint8_t family, const struct nlmsghdr *nlh)
{
	_cleanup_(set_freep) struct nftnl_set *set = NULL;
	const char *table, *name;
	int r = nft_check(nlh);

	if (r < 0)
		return r;
	set = nftnl_set_alloc();
	if (!set || nftnl_set_nlmsg_parse(nlh, set) < 0)
		return -EBADMSG;
	table = nftnl_set_get_str(set, NFTNL_SET_TABLE);
	name = nftnl_set_get_str(set, NFTNL_SET_NAME);
	if (!table || !name)
		return -EBADMSG;
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
	struct nft_name table, set;
};

static const struct nlfield elems_fields[] = {
	{ NFTA_SET_ELEM_LIST_TABLE, NLFIELD(STRING, struct elems_message, table.s) },
	{ NFTA_SET_ELEM_LIST_SET,   NLFIELD(STRING, struct elems_message, set.s) },
	{ 0 },
};

/* Elements join the set that was read before. A set that lacks some would answer wrongly: it goes. */
static int parse_elems(struct ns *ns, uint8_t family, struct nlspan attrs,
		       const struct nlmsghdr *nlh)
{
	struct elems_message m = { 0 };
	struct nft_set *set;
	int r = nlfield_read(elems_fields, attrs, &m);

	if (r < 0)
		return r;
	set = find_set(ns, family, m.table.s, m.set.s);
	if (!set)
		return 0;
	r = nft_check(nlh);
	if (r == 0 && nftnl_set_elems_nlmsg_parse(nlh, (struct nftnl_set *)set->ns) < 0)
		r = -EBADMSG;
	if (r < 0)
		vec_remove(&ns->sets, (size_t)(set - ns->sets.v));
	return r;
}

int nft_parse_element(struct snapshot *s, const struct nlmsghdr *nlh, struct nftnl_set **ret)
{
	_cleanup_(set_freep) struct nftnl_set *set = NULL;
	int r = nl_header(nlh, sizeof(struct nfgenmsg)) ? nft_check(nlh) : -EBADMSG;

	if (r < 0)
		return r;
	set = nftnl_set_alloc();
	if (!set || nftnl_set_elems_nlmsg_parse(nlh, set) < 0)
		return -EBADMSG;
	snapshot_own_set(s, set);
	*ret = set;
	set = NULL;
	return 0;
}

int nft_parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const struct nfgenmsg *nfg = nl_header(nlh, sizeof(*nfg));
	struct nlspan attrs;

	if (!nfg)
		return -EBADMSG;
	if (ipset_is_answer(nlh))
		return ipset_parse(ns, nlh);
	if (ipset_is_name(nlh))
		return ipset_parse_name(&ns->ipset_names, nlh);
	attrs = nlfield_attrs(nlh, sizeof(*nfg));
	switch (nlh->nlmsg_type) {
	case NFT_TYPE(NFT_MSG_NEWTABLE):
		return parse_table(s, ns, nfg->nfgen_family, attrs);
	case NFT_TYPE(NFT_MSG_NEWCHAIN):
		return parse_chain(s, ns, nfg->nfgen_family, attrs);
	case NFT_TYPE(NFT_MSG_NEWRULE):
		return parse_rule(ns, nfg->nfgen_family, attrs, nlh);
	case NFT_TYPE(NFT_MSG_NEWSET):
		return parse_set(s, ns, nfg->nfgen_family, nlh);
	case NFT_TYPE(NFT_MSG_NEWSETELEM):
		return parse_elems(ns, nfg->nfgen_family, attrs, nlh);
	}
	return 0;
}

