/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ipset - what ipsets say about a packet
 *
 * Rules know a set by its index. Its name leads to its type, and this says
 * which parts of the packet an element is made of; then the kernel is asked
 * for just that element (IPSET_CMD_TEST), as ipset test does.
 */
#include <netinet/in.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <linux/netfilter.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "collect/ipset.h"
#include "firewall/decode.h"
#include "firewall/xt.h"
#include "nlfield.h"

/* Behind the messages of nf_tables, as no message of the kernel's is. */
#define ANSWER_TYPE 0xfffd
#define NAME_TYPE   0xfffc

/* --- the set ---------------------------------------------------------------- */

struct set_header {
	char name[IPSET_MAXNAMELEN], type[IPSET_MAXNAMELEN];
	uint8_t family;
};

static const struct nlfield header_fields[] = {
	{ IPSET_ATTR_SETNAME, NLFIELD(STRING, struct set_header, name) },
	{ IPSET_ATTR_TYPENAME, NLFIELD(STRING, struct set_header, type) },
	{ IPSET_ATTR_FAMILY, NLFIELD(U8, struct set_header, family) },
	{ 0 },
};

static struct nlmsghdr *request(struct nl_buf *b, unsigned int command)
{
	const struct nfgenmsg nfg = { .nfgen_family = AF_INET, .version = NFNETLINK_V0 };
	struct nlmsghdr *nlh = nl_put(b, (uint16_t)(NFNL_SUBSYS_IPSET << 8 | command), 0, &nfg,
				      sizeof(nfg));

	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
	return nlh;
}

static int take_header(const struct nlmsghdr *nlh, void *arg)
{
	return nlfield_read(header_fields, nlfield_attrs(nlh, sizeof(struct nfgenmsg)), arg);
}

/* Its name only. */
static int read_name(struct nl *nl, uint16_t index, struct set_header *ret)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = request(&b, IPSET_CMD_GET_BYINDEX);

	mnl_attr_put_u16(nlh, IPSET_ATTR_INDEX | NLA_F_NET_BYTEORDER, htons(index));
	return nl_request(nl, nlh, take_header, ret);
}

/* Of the set that ret names. */
static int read_header(struct nl *nl, struct set_header *ret)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = request(&b, IPSET_CMD_HEADER);

	mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME, ret->name);
	return nl_request(nl, nlh, take_header, ret);
}

/* --- its element -------------------------------------------------------------- */

enum part {
	PART_NONE,
	PART_ADDR,
	PART_PORT,   /* and the protocol */
	PART_BARE_PORT,
	PART_IFACE,
};

/*
 * What elements are made of, by dimension. Types that are not listed (with a mark, or a MAC address, which
 * a set may even learn from the packet that it is asked about) are not asked.
 */
static const struct set_type {
	const char *name;
	enum part parts[IPSET_DIM_THREE];
	bool nomatch;  /* its elements may say so (IPSET_TYPE_NOMATCH) */
} types[] = {
	{ "bitmap:ip", { PART_ADDR }, false },
	{ "bitmap:port", { PART_BARE_PORT }, false },
	{ "hash:ip", { PART_ADDR }, false },
	{ "hash:net", { PART_ADDR }, true },
	{ "hash:ip,port", { PART_ADDR, PART_PORT }, false },
	{ "hash:net,port", { PART_ADDR, PART_PORT }, true },
	{ "hash:net,net", { PART_ADDR, PART_ADDR }, true },
	{ "hash:net,iface", { PART_ADDR, PART_IFACE }, true },
	{ "hash:ip,port,ip", { PART_ADDR, PART_PORT, PART_ADDR }, false },
	{ "hash:ip,port,net", { PART_ADDR, PART_PORT, PART_ADDR }, true },
	{ "hash:net,port,net", { PART_ADDR, PART_PORT, PART_ADDR }, true },
};

static const struct set_type *find_type(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (streq(types[i].name, name))
			return &types[i];
	return NULL;
}

static size_t dimensions(const struct set_type *t)
{
	size_t n = 0;

	while (n < ARRAY_SIZE(t->parts) && t->parts[n] != PART_NONE)
		n++;
	return n;
}

static bool has_ports(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP;
}

static void put_addr(struct nlmsghdr *nlh, uint16_t attr, const struct ipset_question *q, bool dst)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	if (q->family == NFPROTO_IPV6)
		mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV6 | NLA_F_NET_BYTEORDER, 16, q->addrs[dst]);
	else
		mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV4 | NLA_F_NET_BYTEORDER, 4, q->addrs[dst]);
	mnl_attr_nest_end(nlh, nest);
}

/* Does dimension i (from 0) speak of the destination? */
static bool is_dst(const struct ipset_question *q, size_t i)
{
	return !(q->flags & 1u << (i + 1));
}

/* The element's part of dimension i. */
static void put_part(struct nlmsghdr *nlh, const struct set_type *t, size_t i,
		     const struct ipset_question *q)
{
	bool dst = is_dst(q, i), again = false;

	for (size_t k = 0; k < i; k++)
		again |= t->parts[k] == PART_ADDR;
	switch (t->parts[i]) {
	case PART_ADDR:
		put_addr(nlh, again ? IPSET_ATTR_IP2 : IPSET_ATTR_IP, q, dst);
		return;
	case PART_PORT:
		mnl_attr_put_u8(nlh, IPSET_ATTR_PROTO, q->proto);
		/* fall through */
	case PART_BARE_PORT:
		mnl_attr_put_u16(nlh, IPSET_ATTR_PORT | NLA_F_NET_BYTEORDER, htons(q->ports[dst]));
		return;
	case PART_IFACE:
		mnl_attr_put_strz(nlh, IPSET_ATTR_IFACE, q->iface);
		return;
	case PART_NONE:
		return;
	}
}

/* The same for one part of it; 1, 0 or -ENODATA. */
static int can_be_part(enum part part, const struct ipset_question *q, bool dst)
{
	switch (part) {
	case PART_IFACE:
		return q->iface[0] != 0;
	case PART_BARE_PORT:
		if (!has_ports(q->proto))
			return 0;
		/* fall through */
	case PART_PORT:
		return q->known & (dst ? IPSET_KNOWS_DPORT : IPSET_KNOWS_SPORT) ? 1 : -ENODATA;
	case PART_ADDR:
	case PART_NONE:
		return 1;
	}
	return 1;
}

/* Can such a packet be an element at all (ip_set_test(), and each type's kadt())? 1, 0 or -errno. */
static int can_be_element(const struct set_header *h, const struct set_type *t,
			  const struct ipset_question *q)
{
	int r = q->dim >= dimensions(t) && (h->family == NFPROTO_UNSPEC || h->family == q->family);

	for (size_t i = 0; r > 0 && i < dimensions(t); i++)
		r = can_be_part(t->parts[i], q, is_dst(q, i));
	return r;
}

/*
 * Is the packet in the set, of one of these types? With --return-nomatch: is it
 * an element that says "nomatch"? 1, 0 or -errno.
 */
static int test_element(struct nl *nl, const struct set_header *h, const struct set_type *t,
			const struct ipset_question *q)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = request(&b, IPSET_CMD_TEST);
	struct nlattr *data;
	int r;

	mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME, h->name);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	for (size_t i = 0; i < dimensions(t); i++)
		put_part(nlh, t, i, q);
	if (t->nomatch && q->flags & IPSET_RETURN_NOMATCH)
		mnl_attr_put_u32(nlh, IPSET_ATTR_CADT_FLAGS | NLA_F_NET_BYTEORDER,
				 htonl(IPSET_FLAG_NOMATCH));
	mnl_attr_nest_end(nlh, data);
	r = nl_request(nl, nlh, NULL, NULL);
	/*
	 * What the type itself refuses (an address outside of a bitmap) is no element either; only old kernels
	 * say so. Today's give IPSET_ERR_EXIST for that, too (ip_set_utest()), as for a question that is malformed:
	 * neither can be told from "not in the set".
	 */
	return r == 0 ? 1 : r == -IPSET_ERR_EXIST || r <= -IPSET_ERR_TYPE_SPECIFIC ? 0 : r;
}

/* The names of a list's members. */
typedef VEC(struct set_header) member_list;

static const struct nlfield member_fields[] = {
	{ IPSET_ATTR_NAME, NLFIELD(STRING, struct set_header, name) },
	{ 0 },
};

struct adt_message {
	struct nlspan members;
};

static const struct nlfield adt_fields[] = {
	{ IPSET_ATTR_ADT, NLFIELD(SPAN, struct adt_message, members) },
	{ 0 },
};

static int add_members(struct nlspan members, member_list *ret)
{
	struct nlspan payload;
	uint16_t type;
	int r;

	while ((r = nlfield_next(&members, &type, &payload)) > 0) {
		struct set_header *h;

		if (type != IPSET_ATTR_DATA)
			continue;
		h = vec_add(ret);
		if (nlfield_read(member_fields, payload, h) < 0)
			return -EBADMSG;
	}
	return r;
}

static int read_members(struct nl *nl, const char *name, member_list *ret)
{
	_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
	struct nl_buf b;
	struct nlmsghdr *nlh = request(&b, IPSET_CMD_LIST);
	int r;

	mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME, name);
	r = nl_dump(nl, nlh, &d);
	vec_each(m, &d.messages) {
		struct adt_message adt = { 0 };

		if (r == 0)
			r = nlfield_read(adt_fields, nlfield_attrs(*m, sizeof(struct nfgenmsg)), &adt);
		if (r == 0)
			r = add_members(adt.members, ret);
	}
	return r;
}

static int test_set(struct nl *nl, const struct set_header *h, const struct ipset_question *q)
{
	const struct set_type *t = find_type(h->type);
	int r = t ? can_be_element(h, t, q) : -EOPNOTSUPP;

	return r <= 0 ? r : test_element(nl, h, t, q);
}

/* A list has what any of its members has (list_set_ktest()); a list is no member of another. */
static int test_list(struct nl *nl, const char *name, const struct ipset_question *q)
{
	member_list members = { 0 };
	int found = read_members(nl, name, &members);

	for (size_t i = 0; found <= 0 && i < members.n; i++) {
		int r = read_header(nl, &members.v[i]);

		if (r == 0)
			r = test_set(nl, &members.v[i], q);
		/* one that cannot be asked leaves it open, unless another one has it */
		if (r != 0)
			found = r;
	}
	vec_free(&members);
	return found;
}

/* 1: it has the element, 0: it has not, or -errno. */
static int test(struct nl *nl, const struct ipset_question *q)
{
	struct set_header h = { 0 };
	int r = read_name(nl, q->index, &h);

	if (r == 0)
		r = read_header(nl, &h);
	if (r < 0)
		return r;
	return streq(h.type, "list:set") ? test_list(nl, h.name, q) : test_set(nl, &h, q);
}

/* --- what is kept as if the kernel had sent it ---------------------------------- */

static void take_own(struct collecting *c, enum collect_kind kind, uint16_t type, const void *data, size_t n)
{
	struct nlmsghdr *nlh = xcalloc(1, NLMSG_SPACE(n));

	nlh->nlmsg_type = type;
	nlh->nlmsg_len = (uint32_t)NLMSG_LENGTH(n);
	memcpy(NLMSG_DATA(nlh), data, n);
	snapshot_own_block(c->s, nlh);
	collect_take(c->s, c->ns, kind, nlh);
}

/* --- names --------------------------------------------------------------------- */

struct naming {
	struct collecting *c;
	enum collect_kind kind;
	struct nl **nl;
};

static void take_name(const struct naming *n, uint16_t index, const char *name)
{
	struct ipset_name to = { .index = index };

	str_copy(to.name, sizeof(to.name), name);
	take_own(n->c, n->kind, NAME_TYPE, &to, sizeof(to));
}

static void learn_name(const struct naming *n, uint16_t index)
{
	struct set_header h = { 0 };

	if (ns_ipset_name(n->c->ns, index))
		return;
	if (!*n->nl && nl_open(NETLINK_NETFILTER, n->nl) < 0)
		return;
	if (read_name(*n->nl, index, &h) == 0 && h.name[0])
		take_name(n, index, h.name);
}

static int learn_names(struct nftnl_expr *e, void *arg)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
	bool target = streq(name, "target");
	uint16_t indexes[XT_SETS_MAX];
	const void *info;
	uint32_t len = 0;
	size_t n;

	if (!target && !streq(name, "match"))
		return 0;
	info = nftnl_expr_get(e, target ? NFTNL_EXPR_TG_INFO : NFTNL_EXPR_MT_INFO, &len);
	n = xt_sets_of(target, nftnl_expr_get_str(e, target ? NFTNL_EXPR_TG_NAME : NFTNL_EXPR_MT_NAME),
		       expr_u32(e, target ? NFTNL_EXPR_TG_REV : NFTNL_EXPR_MT_REV), info, len, indexes);
	while (n > 0)
		learn_name(arg, indexes[--n]);
	return 0;
}

/*
 * Most rules do not name an extension "set" or "SET", and need not be decoded
 * for this. A name stands at the beginning of an attribute, so aligned.
 */
static bool may_ask(const struct nft_rule *rule)
{
	const char names[2][4] = { "set", "SET" };
	const uint32_t *words = (const uint32_t *)(const void *)rule->msg;
	uint32_t match, target, found = 0;

	if (rule->nr || !rule->msg)
		return rule->nr;
	memcpy(&match, names[0], sizeof(match));
	memcpy(&target, names[1], sizeof(target));
	/* without a branch, as nearly all are looked through to their end */
	for (size_t i = 0; i < rule->msg->nlmsg_len / sizeof(*words); i++)
		found |= (words[i] == match) | (words[i] == target);
	return found;
}

void ipset_names(struct collecting *c, enum collect_kind kind, struct nl **nl,
		 const struct nft_chain *chain)
{
	struct naming n = { .c = c, .kind = kind, .nl = nl };

	vec_each(rule, &chain->rules) {
		const struct nftnl_rule *nr = may_ask(rule) ? nft_rule_code(c->s, rule) : NULL;

		if (nr)
			nftnl_expr_foreach((struct nftnl_rule *)(uintptr_t)nr, learn_names, &n);
	}
}

/* --- answers ------------------------------------------------------------------- */

void ipset_ask(struct collecting *c, struct nl *nl, int error, const struct ipset_question *q)
{
	struct ipset_answer a;
	int r;

	if (ns_ipset_answer(c->ns, q))
		return;
	r = error < 0 ? error : test(nl, q);
	memset(&a, 0, sizeof(a)); /* what pads it is saved, too */
	a.question = *q;
	a.found = r > 0;
	/* the sets' own errors are none of strerror()'s */
	a.error = r <= -IPSET_ERR_PRIVATE ? -EINVAL : r < 0 ? r : 0;
	take_own(c, COLLECT_NFT, ANSWER_TYPE, &a, sizeof(a));
}

bool ipset_is_answer(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type == ANSWER_TYPE;
}

int ipset_parse(struct ns *ns, const struct nlmsghdr *nlh)
{
	struct ipset_answer a;

	if (nlh->nlmsg_len != NLMSG_LENGTH(sizeof(a)))
		return -EBADMSG;
	memcpy(&a, NLMSG_DATA(nlh), sizeof(a));
	if (a.error > 0 || a.found > 1)
		return -EBADMSG;
	vec_push(&ns->ipsets, a);
	return 0;
}

bool ipset_is_name(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type == NAME_TYPE;
}

int ipset_parse_name(ipset_name_list *names, const struct nlmsghdr *nlh)
{
	struct ipset_name n;

	if (nlh->nlmsg_len != NLMSG_LENGTH(sizeof(n)))
		return -EBADMSG;
	memcpy(&n, NLMSG_DATA(nlh), sizeof(n));
	if (!memchr(n.name, '\0', sizeof(n.name)))
		return -EBADMSG;
	vec_push(names, n);
	return 0;
}
