/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules of nf_tables, each added in one transaction, with the table and chain
 * of our own where they are needed (net/netfilter/nf_tables_api.c).
 *
 * A rule is found again by its handle and its fingerprint: after "flush
 * ruleset" and a reload handles begin anew. A killed process may not have
 * learned its rule's handle; then it is the one with the fingerprint of what
 * would have been added that is newer than all which were there before.
 */
#include <netinet/in.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "apply/applier.h"
#include "firewall/build.h"
#include "netns.h"

#define NFT_TYPE(message) ((uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | (message)))

static void rule_freep(struct nftnl_rule **r)
{
	if (*r)
		nftnl_rule_free(*r);
}

static void chain_freep(struct nftnl_chain **c)
{
	if (*c)
		nftnl_chain_free(*c);
}

static void table_freep(struct nftnl_table **t)
{
	if (*t)
		nftnl_table_free(*t);
}

static void iter_freep(struct nftnl_expr_iter **i)
{
	if (*i)
		nftnl_expr_iter_destroy(*i);
}

/* libnftnl's allocations end the program as ours do. */
#define NFTNL_ALLOC(type)                                           \
	({                                                          \
		struct nftnl_##type *new_ = nftnl_##type##_alloc(); \
		new_ ? new_ : (abort(), NULL);                      \
	})

/* --- fingerprints ---------------------------------------------------------- */

/* FNV-1a */
static uint64_t hash(uint64_t h, const void *p, size_t n)
{
	const unsigned char *bytes = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* Of everything that a rule says, but not of what its counters have counted. Never 0. */
static uint64_t fingerprint(const struct nftnl_rule *rule)
{
	/* an attribute is at most 64 KiB long */
	_cleanup_(freep) char *room = xcalloc(2, 65536);
	_cleanup_(iter_freep) struct nftnl_expr_iter *i = nftnl_expr_iter_create(rule);
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	const void *userdata;
	struct nftnl_expr *e;
	uint32_t n = 0;

	while (i && (e = nftnl_expr_iter_next(i))) {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);
		const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

		h = hash(h, name, strlen(name) + 1);
		if (streq(name, "counter"))
			continue;
		nftnl_expr_build_payload(nlh, e);
		h = hash(h, mnl_nlmsg_get_payload(nlh), mnl_nlmsg_get_payload_len(nlh));
	}
	userdata = nftnl_rule_is_set(rule, NFTNL_RULE_USERDATA)
			   ? nftnl_rule_get_data(rule, NFTNL_RULE_USERDATA, &n)
			   : NULL;
	h = hash(h, userdata, n);
	return h ? h : 1;
}

/* --- asking ---------------------------------------------------------------- */

/* Where the rule goes: what the builder says. */
struct place {
	struct nftnl_rule *rule;
	uint8_t family;
	const char *table, *chain; /* the rule's */
};

static void place_done(struct place *p)
{
	rule_freep(&p->rule);
}

static int place_of(const struct change *c, struct place *ret)
{
	struct nftnl_rule *rule = fw_build_rule(c->s, &c->op);

	if (!rule)
		return -EINVAL;
	*ret = (struct place){
		.rule = rule,
		.family = (uint8_t)nftnl_rule_get_u32(rule, NFTNL_RULE_FAMILY),
		.table = nftnl_rule_get_str(rule, NFTNL_RULE_TABLE),
		.chain = nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN),
	};
	return 0;
}

static struct nlmsghdr *request(struct nl_buf *b, unsigned int message, uint8_t family)
{
	const struct nfgenmsg nfg = { .nfgen_family = family, .version = NFNETLINK_V0 };

	return nl_put(b, NFT_TYPE(message), 0, &nfg, sizeof(nfg));
}

static int exists(int r, bool *ret)
{
	*ret = r == 0;
	return r == -ENOENT ? 0 : r;
}

static int table_exists(struct nl *nl, const struct place *p, bool *ret)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = request(&b, NFT_MSG_GETTABLE, p->family);

	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, p->table);
	return exists(nl_request(nl, nlh, NULL, NULL), ret);
}

static int chain_exists(struct nl *nl, const struct place *p, bool *ret)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = request(&b, NFT_MSG_GETCHAIN, p->family);

	mnl_attr_put_strz(nlh, NFTA_CHAIN_TABLE, p->table);
	mnl_attr_put_strz(nlh, NFTA_CHAIN_NAME, p->chain);
	return exists(nl_request(nl, nlh, NULL, NULL), ret);
}

/* The rules of the chain; none where there is no chain. */
static int rules_read(struct nl *nl, const struct place *p, messages *ret)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = request(&b, NFT_MSG_GETRULE, p->family);
	int r;

	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, p->table);
	mnl_attr_put_strz(nlh, NFTA_RULE_CHAIN, p->chain);
	r = messages_dump(nl, nlh, ret);
	return r == -ENOENT ? 0 : r;
}

static int parse_rule(const struct nlmsghdr *nlh, struct nftnl_rule **ret)
{
	struct nftnl_rule *rule = NFTNL_ALLOC(rule);

	if (nftnl_rule_nlmsg_parse(nlh, rule) < 0) {
		nftnl_rule_free(rule);
		return -EBADMSG;
	}
	*ret = rule;
	return 0;
}

static bool is_in(const struct nftnl_rule *rule, const struct place *p)
{
	const char *table = nftnl_rule_get_str(rule, NFTNL_RULE_TABLE);
	const char *chain = nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN);

	return table && chain && streq(table, p->table) && streq(chain, p->chain);
}

/* --- reading --------------------------------------------------------------- */

static int newest_rule(struct nl *nl, const struct place *p, uint64_t *ret)
{
	_cleanup_(messages_free) messages m = { 0 };
	int r = rules_read(nl, p, &m);

	vec_each(nlh, &m) {
		_cleanup_(rule_freep) struct nftnl_rule *rule = NULL;

		/* what cannot be decoded is not ours */
		if (r < 0 || parse_rule(*nlh, &rule) < 0)
			continue;
		if (is_in(rule, p) && nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE) > *ret)
			*ret = nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE);
	}
	return r;
}

static int read_nft(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(place_done) struct place p = { 0 };
	int r = place_of(c, &p);

	if (r == 0)
		r = netns_nl(c->ns_fd, NETLINK_NETFILTER, &nl);
	if (r == 0)
		r = table_exists(nl, &p, &c->before.table);
	if (r == 0 && c->before.table)
		r = chain_exists(nl, &p, &c->before.chain);
	if (r == 0 && c->before.chain)
		r = newest_rule(nl, &p, &c->before.handle);
	if (r == 0 && c->op.table && !c->before.chain)
		return apply_fail(-ENOENT, ret_why, "there is no chain %s in table %s any more",
				  p.chain, p.table);
	return r;
}

/* --- adding ---------------------------------------------------------------- */

struct batch {
	_Alignas(8) char b[65536];
	size_t n;
	uint32_t seq;
};

static void batch_begin(struct batch *b)
{
	b->n = 0;
	b->seq = 1;
	b->n += NLMSG_ALIGN(nftnl_batch_begin(b->b, b->seq++)->nlmsg_len);
}

static struct nlmsghdr *batch_put(struct batch *b, unsigned int message, uint8_t family,
				  uint16_t flags)
{
	return nftnl_nlmsg_build_hdr(b->b + b->n, (uint16_t)message, family, flags, b->seq++);
}

static void batch_done(struct batch *b, const struct nlmsghdr *nlh)
{
	b->n += NLMSG_ALIGN(nlh->nlmsg_len);
}

static int batch_send(struct batch *b, struct nl *nl, nl_message f, void *arg)
{
	b->n += NLMSG_ALIGN(nftnl_batch_end(b->b + b->n, b->seq++)->nlmsg_len);
	return nl_batch(nl, b->b, b->n, f, arg);
}

static void put_table(struct batch *b, const struct place *p, unsigned int message, uint16_t flags)
{
	_cleanup_(table_freep) struct nftnl_table *t = NFTNL_ALLOC(table);
	struct nlmsghdr *nlh = batch_put(b, message, p->family, flags);

	nftnl_table_set_str(t, NFTNL_TABLE_NAME, p->table);
	nftnl_table_nlmsg_build_payload(nlh, t);
	batch_done(b, nlh);
}

/* own: what a new chain is; NULL for one that goes */
static void put_chain(struct batch *b, const struct place *p, unsigned int message, uint16_t flags,
		      const struct fw_own_chain *own)
{
	_cleanup_(chain_freep) struct nftnl_chain *c = NFTNL_ALLOC(chain);
	struct nlmsghdr *nlh = batch_put(b, message, p->family, flags);

	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, p->table);
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, p->chain);
	if (own) {
		nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, "nat");
		nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, own->hook);
		nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, own->number);
		nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	}
	nftnl_chain_nlmsg_build_payload(nlh, c);
	batch_done(b, nlh);
}

/* The kernel tells (NLM_F_ECHO) what it has made of our rule. */
static int echoed(const struct nlmsghdr *nlh, void *arg)
{
	_cleanup_(rule_freep) struct nftnl_rule *rule = NULL;
	struct change *c = arg;

	if (nlh->nlmsg_type != NFT_TYPE(NFT_MSG_NEWRULE) || parse_rule(nlh, &rule) < 0)
		return 0;
	c->op.handle = nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE);
	c->print = fingerprint(rule);
	return 0;
}

static int do_nft(struct change *c, char **ret_why)
{
	_cleanup_(freep) struct batch *b = xcalloc(1, sizeof(*b));
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(place_done) struct place p = { 0 };
	uint16_t flags = NLM_F_CREATE | NLM_F_ECHO;
	struct nlmsghdr *nlh;
	int r = place_of(c, &p);

	if (r == 0)
		r = netns_nl(c->ns_fd, NETLINK_NETFILTER, &nl);
	if (r < 0)
		return r;
	batch_begin(b);
	if (!c->before.table)
		put_table(b, &p, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	if (!c->before.chain)
		put_chain(b, &p, NFT_MSG_NEWCHAIN, NLM_F_CREATE, fw_own_chain(&c->op));
	if (!nftnl_rule_is_set(p.rule, NFTNL_RULE_POSITION))
		flags |= NLM_F_APPEND;
	nlh = batch_put(b, NFT_MSG_NEWRULE, p.family, flags);
	nftnl_rule_nlmsg_build_payload(nlh, p.rule);
	batch_done(b, nlh);
	r = batch_send(b, nl, echoed, c);
	if (r == -ENOENT && c->op.before)
		return apply_fail(r, ret_why, "the rule to stand before has gone");
	return r;
}

/* --- taking back ----------------------------------------------------------- */

/*
 * Is this rule the one that was added? 1, 0, or -ESTALE: it has our handle, and says
 * something else.
 */
static int is_ours(const struct change *c, const struct place *p, const struct nftnl_rule *rule)
{
	uint64_t handle = nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE);

	if (!is_in(rule, p))
		return 0;
	if (c->op.handle)
		return handle != c->op.handle ? 0 : fingerprint(rule) == c->print ? 1 : -ESTALE;
	return handle > c->before.handle && fingerprint(rule) == fingerprint(p->rule);
}

/* The handle of our rule, 0: it is not there. */
static int find_ours(const struct change *c, struct nl *nl, const struct place *p, uint64_t *ret)
{
	_cleanup_(messages_free) messages m = { 0 };
	int r = rules_read(nl, p, &m);

	*ret = 0;
	if (r < 0)
		return r;
	vec_each(nlh, &m) {
		_cleanup_(rule_freep) struct nftnl_rule *rule = NULL;
		uint64_t handle;

		if (parse_rule(*nlh, &rule) < 0)
			continue;
		r = is_ours(c, p, rule);
		if (r < 0)
			return r;
		handle = r ? nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE) : 0;
		/* of equal ones the first that came: nobody but us was about to add it */
		if (handle && (*ret == 0 || handle < *ret))
			*ret = handle;
	}
	return 0;
}

static int delete_rule(struct nl *nl, const struct place *p, uint64_t handle)
{
	_cleanup_(freep) struct batch *b = xcalloc(1, sizeof(*b));
	_cleanup_(rule_freep) struct nftnl_rule *rule = NFTNL_ALLOC(rule);
	struct nlmsghdr *nlh;

	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, p->table);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, p->chain);
	nftnl_rule_set_u64(rule, NFTNL_RULE_HANDLE, handle);
	batch_begin(b);
	nlh = batch_put(b, NFT_MSG_DELRULE, p->family, 0);
	nftnl_rule_nlmsg_build_payload(nlh, rule);
	batch_done(b, nlh);
	return batch_send(b, nl, NULL, NULL);
}

/* NLM_F_NONREC: the kernel refuses (-EBUSY) where something is in it, ours or not. */
static int delete_empty(struct nl *nl, const struct place *p, unsigned int message)
{
	_cleanup_(freep) struct batch *b = xcalloc(1, sizeof(*b));
	int r;

	batch_begin(b);
	if (message == NFT_MSG_DELTABLE)
		put_table(b, p, message, NLM_F_NONREC);
	else
		put_chain(b, p, message, NLM_F_NONREC, NULL);
	r = batch_send(b, nl, NULL, NULL);
	return r == -EBUSY || r == -ENOENT ? 0 : r;
}

static int delete_made(const struct change *c, struct nl *nl, const struct place *p)
{
	int r = c->before.chain ? 0 : delete_empty(nl, p, NFT_MSG_DELCHAIN);

	return r < 0 || c->before.table ? r : delete_empty(nl, p, NFT_MSG_DELTABLE);
}

static int undo_nft(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(place_done) struct place p = { 0 };
	uint64_t handle = 0;
	int r = place_of(c, &p);

	if (r == 0)
		r = netns_nl(c->ns_fd, NETLINK_NETFILTER, &nl);
	if (r == 0)
		r = find_ours(c, nl, &p, &handle);
	if (r == -ESTALE)
		return apply_fail(r, ret_why, "handle %llu of chain %s is another rule now",
				  (unsigned long long)c->op.handle, p.chain);
	if (r == 0 && handle)
		r = delete_rule(nl, &p, handle);
	/* without a handle the change was never made, and so was no table */
	if (r == 0 && (handle || c->op.handle))
		r = delete_made(c, nl, &p);
	return r < 0 ? r : handle ? UNDO_DONE : UNDO_NOTHING;
}

const struct applier apply_nft = {
	.read = read_nft, .apply = do_nft, .undo = undo_nft,
};
