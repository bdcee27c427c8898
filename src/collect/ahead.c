/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collect/ahead.h"

#include <netinet/in.h>

#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <pthread.h>

#include "nlfield.h"

/* So many chains are read, and jumps are looked for in those of at most so many rules. */
#define CHAINS_MAX 16
#define RULES_MAX  64

struct ahead_chain {
	uint8_t family;
	char table[NFT_NAME_MAXLEN], name[NFT_NAME_MAXLEN];
	struct nl_dump rules;
	bool read;
};

struct ahead {
	uint8_t family; /* NFPROTO_*, which are those of AF_* */
	struct nl *nl;  /* NULL: not begun */
	pthread_t thread;
	bool busy;
	size_t n;
	struct ahead_chain chains[CHAINS_MAX];
};

static void add(struct ahead *a, uint8_t family, const char *table, const char *name)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->chains[i].family == family && streq(a->chains[i].name, name) &&
		    streq(a->chains[i].table, table))
			return;
	if (a->n == CHAINS_MAX)
		return;
	a->chains[a->n].family = family;
	str_copy(a->chains[a->n].table, NFT_NAME_MAXLEN, table);
	str_copy(a->chains[a->n].name, NFT_NAME_MAXLEN, name);
	a->n++;
}

/* --- what is read ---------------------------------------------------------- */

struct listed {
	char table[NFT_NAME_MAXLEN], name[NFT_NAME_MAXLEN];
	bool base;
	uint32_t hook;
};

static const struct nlfield hook_fields[] = {
	{ NFTA_HOOK_HOOKNUM, NLFIELD(U32, struct listed, hook) },
	{ 0 },
};

static const struct nlfield chain_fields[] = {
	{ NFTA_CHAIN_TABLE, NLFIELD(STRING, struct listed, table) },
	{ NFTA_CHAIN_NAME,  NLFIELD(STRING, struct listed, name) },
	{ NFTA_CHAIN_HOOK,  NLFIELD(PRESENT, struct listed, base) },
	{ NFTA_CHAIN_HOOK,  NLFIELD_NESTED(hook_fields) },
	{ 0 },
};

/* Most questions are about what is forwarded, and what the host itself sends. */
void ahead_note(struct ahead *a, const struct nlmsghdr *nlh)
{
	const struct nfgenmsg *nfg = nl_header(nlh, sizeof(*nfg));
	struct listed l = { 0 };

	if (a->nl || !nfg || nlh->nlmsg_type != NFT_TYPE(NFT_MSG_NEWCHAIN) ||
	    (nfg->nfgen_family != a->family && nfg->nfgen_family != NFPROTO_INET) ||
	    nlfield_read(chain_fields, nlfield_attrs(nlh, sizeof(*nfg)), &l) < 0)
		return;
	if (l.base && ntohl(l.hook) < NF_INET_NUMHOOKS && ntohl(l.hook) != NF_INET_LOCAL_IN)
		add(a, nfg->nfgen_family, l.table, l.name);
}

/* Where an expression of a rule that is for every packet sends it on to. */
struct jump {
	const char *to;
	bool always;
};

static int look_at(struct nftnl_expr *e, void *arg)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
	struct jump *j = arg;

	if (streq(name, "immediate"))
		j->to = nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN);
	else if (!streq(name, "counter") && !(streq(name, "match") &&
					      streq(nftnl_expr_get_str(e, NFTNL_EXPR_MT_NAME), "comment")))
		j->always = false;
	return 0;
}

static void follow(struct ahead *a, const struct ahead_chain *from, const struct nlmsghdr *nlh)
{
	struct nftnl_rule *nr = nft_rule_new(nlh);
	struct jump j = { .always = true };

	if (!nr)
		return;
	nftnl_expr_foreach(nr, look_at, &j);
	if (j.always && j.to)
		add(a, from->family, from->table, j.to);
	nftnl_rule_free(nr);
}

static void read_chain(struct ahead *a, struct ahead_chain *c)
{
	const struct nfgenmsg nfg = { .nfgen_family = c->family, .version = NFNETLINK_V0 };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, NFT_TYPE(NFT_MSG_GETRULE), 0, &nfg, sizeof(nfg));

	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, c->table);
	mnl_attr_put_strz(nlh, NFTA_RULE_CHAIN, c->name);
	c->read = nl_dump(a->nl, nlh, &c->rules) == 0 && !c->rules.interrupted;
	if (!c->read || c->rules.messages.n > RULES_MAX)
		return;
	vec_each(rule, &c->rules.messages)
		follow(a, c, *rule);
}

/* More chains come to the list while it is worked off. */
static void *read_all(void *arg)
{
	struct ahead *a = arg;

	for (size_t i = 0; i < a->n; i++)
		read_chain(a, &a->chains[i]);
	return NULL;
}

/* --- who asks for it ------------------------------------------------------- */

struct ahead *ahead_new(uint8_t family)
{
	struct ahead *a = xcalloc(1, sizeof(*a));

	a->family = family;
	return a;
}

void ahead_begin(struct ahead *a)
{
	bool asked = a->family == AF_INET || a->family == AF_INET6;

	if (!asked || a->nl || a->n == 0 || nl_open(NETLINK_NETFILTER, &a->nl) < 0)
		return;
	a->busy = pthread_create(&a->thread, NULL, read_all, a) == 0;
}

static void wait_for(struct ahead *a)
{
	if (a->busy)
		pthread_join(a->thread, NULL);
	a->busy = false;
}

int ahead_take(struct ahead *a, ahead_chain_fn f, void *arg)
{
	int r = 0;

	wait_for(a);
	for (size_t i = 0; r >= 0 && i < a->n; i++)
		if (a->chains[i].read)
			r = f(a->chains[i].family, a->chains[i].table, a->chains[i].name, &a->chains[i].rules, arg);
	return r;
}

void ahead_free(struct ahead *a)
{
	if (!a)
		return;
	wait_for(a);
	for (size_t i = 0; i < a->n; i++)
		nl_dump_done(&a->chains[i].rules);
	nl_close(a->nl);
	free(a);
}
